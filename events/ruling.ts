import { define } from './envelope';
import { Matching, Optional, Region, Text } from './fields';

/**
 * How an unclear clause is read, for this person or, in a region's stream, for everyone there. It governs every trigger on or
 * after `effectiveOn`, from when it is known.
 */
export class RulingRecordedData {
  /** The id of the reading, such as A-07. */
  @Matching(/^[A-Z]{1,4}-\d{1,4}$/, 'the id of a reading such as A-07')
  reading!: string;

  /** The choice, by the word of the pack, such as B. */
  @Matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, 'a choice of the reading such as B')
  choice!: string;

  /** Who ruled. */
  @Text()
  authority!: string;

  /** In a region's stream the region of that stream; in a person's the region whose document is read so. */
  @Optional()
  @Region()
  region?: string;
}

export const rulingRecorded = define('RulingRecorded', RulingRecordedData, { streamKinds: ['person', 'region'] });
