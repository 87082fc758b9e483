/** Which of several normal, paid relations is kept, which gives the benefits, and what becomes of the others. */
export interface DuplicateValues {
  /** Who gives the benefits of a day that several relations cover, first match first (XA-6.3; TL: the retained one). */
  'duplicates.benefitOrder': ('employee' | 'student' | 'habitualResidence' | 'latestPayment')[];
  /** While a duplicate in another pooling area is being resolved the region's benefits pause; retained here, they are given back. */
  'duplicates.crossRegionPause': boolean;
}
