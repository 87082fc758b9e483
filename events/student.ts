import { define } from './envelope';
import { Region } from './fields';

/** `effectiveOn` is the day of entry, or of graduation. */
export class StudentData {
  /** The region of the school. */
  @Region()
  region!: string;
}

export const studentEnrolled = define('StudentEnrolled', StudentData);
export const studentGraduated = define('StudentGraduated', StudentData);
