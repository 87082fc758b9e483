import type { Day } from '../libs/calendar';
import { define } from './envelope';
import { CalendarDay, EventId, JsonFields, NeededWhen, Optional, Text } from './fields';

/**
 * 更正: from when it is known, the target reads with these fields in place of its own; the stored event stays. Of two
 * corrections of one event the later recorded wins, field by field. `effectiveOn` of the envelope is the day of the correction.
 */
export class CorrectedData {
  /** The id of the event that was wrong. */
  @EventId()
  target!: string;

  /** The target's `effectiveOn` as it should have been. */
  @NeededWhen(({ data }) => data === undefined, 'the right effectiveOn, or data with the changed fields')
  @CalendarDay()
  effectiveOn?: Day;

  /** The changed fields of the target's data, each whole; null takes an optional field away. `validateCorrection` checks them against the target's type. */
  @Optional()
  @JsonFields()
  data?: Record<string, unknown>;

  @Text()
  reason!: string;
}

/** 撤销/冲正: from when it is known, the target was not there. A voiding can itself be voided (冲撤销). */
export class VoidedData {
  /** The id of the event that is voided. */
  @EventId()
  target!: string;

  @Text()
  reason!: string;
}

export const corrected = define('Corrected', CorrectedData, { streamKinds: ['person', 'region', 'employer'] });
export const voided = define('Voided', VoidedData, { streamKinds: ['person', 'region', 'employer'] });
