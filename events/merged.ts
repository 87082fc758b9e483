import { define } from './envelope';
import { PersonRef, Text } from './fields';

/** Two records turned out to be of one person (Merged), or not to be after all (Unmerged). */
export class MergedData {
  @PersonRef()
  otherPersonId!: string;

  @Text()
  reason!: string;
}

export const merged = define('Merged', MergedData);
export const unmerged = define('Unmerged', MergedData);
