/** Events of a region that settle a gap by themselves, and may stand where a reference value would. */
export const announcements = ['CollectionPeriodAnnounced'] as const;
