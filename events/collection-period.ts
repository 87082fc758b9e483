import type { Day } from '../libs/calendar';
import { define } from './envelope';
import { BenefitYear, CalendarDay, NotBefore, OneOf, Optional, Region } from './fields';
import { collectionPeriodKinds, type CollectionPeriodKind } from './words';

/** 集中缴费期: when residents may pay for a benefit year. `effectiveOn` is the day of the announcement. */
export class CollectionPeriodAnnouncedData {
  @BenefitYear()
  benefitYear!: number;

  @OneOf(collectionPeriodKinds)
  kind!: CollectionPeriodKind;

  /** The first day of the period. */
  @CalendarDay()
  from!: Day;

  /** The last day of the period. */
  @CalendarDay()
  @NotBefore('from')
  through!: Day;

  /** The region of the stream. */
  @Optional()
  @Region()
  region?: string;
}

export const collectionPeriodAnnounced = define('CollectionPeriodAnnounced', CollectionPeriodAnnouncedData, {
  streamKinds: ['region'],
});
