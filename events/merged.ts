import { define } from './envelope';
import { Fits, Optional, PersonRef, Text } from './fields';

/** Two records turned out not to be of one person after all. Told in both streams; the later told of a pair holds for both. */
export class UnmergedData {
  @PersonRef()
  otherPersonId!: string;

  @Text()
  reason!: string;
}

/** Two records turned out to be of one person. Told in both streams, so that either leads to the other. */
export class MergedData extends UnmergedData {
  /** The id under which both are counted from now on, where it is the other's; left out: the one of this stream. */
  @Optional()
  @PersonRef()
  @Fits((under, { otherPersonId }) => under === otherPersonId, 'left out, or otherPersonId')
  countedUnder?: string;
}

export const merged = define('Merged', MergedData);
export const unmerged = define('Unmerged', UnmergedData);
