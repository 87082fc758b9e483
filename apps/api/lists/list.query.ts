import { participations, schemes } from '../../../events';
import {
  Cursor,
  OneOf,
  Optional,
  PersonId,
  Position,
  QuestionDay,
  RegionCode,
  Term,
  Whole,
} from '../http/query-fields';
import { personStatuses } from './person-list';

export const causes = ['firstTime', 'interruption', 'schemeSwitch', 'transfer', 'lateResident', 'newborn', 'flexible'];
export const exceptionKinds = [
  'paymentWithoutRegistration',
  'unknownRegion',
  'conflictingFacts',
  'unknownCode',
  'undetermined',
  'parked',
];
export const exceptionReasons = ['silent', 'notAvailable', 'external', 'parked'];
export const duplicateStates = ['detected', 'byRule', 'open'];
export const duplicateScopes = ['sameScheme', 'crossScheme', 'crossRegion'];

/** What every list takes. */
export class PageQuery {
  /** How many items at most; left out: 100. */
  @Optional()
  @Whole(1, 500)
  limit?: string;

  /** Where the page before ended. */
  @Optional()
  @Cursor()
  cursor?: string;

  /** Wait until the tables have come to this position, so that what was just written is listed. */
  @Optional()
  @Position()
  atLeast?: string;
}

class RegionPageQuery extends PageQuery {
  /** Only this region and those below it. */
  @Optional()
  @RegionCode()
  region?: string;
}

class DayPageQuery extends RegionPageQuery {
  /** The day; left out: today in China. */
  @Optional()
  @QuestionDay()
  validOn?: string;
}

export class PersonsQuery extends DayPageQuery {
  @Optional()
  @OneOf(schemes)
  scheme?: string;

  @Optional()
  @OneOf(participations)
  participation?: string;

  @Optional()
  @OneOf(personStatuses)
  status?: string;
}

export class ExceptionsQuery extends DayPageQuery {
  @Optional()
  @OneOf(exceptionKinds)
  kind?: string;

  @Optional()
  @OneOf(exceptionReasons)
  why?: string;

  @Optional()
  @Term()
  question?: string;

  @Optional()
  @Term()
  rule?: string;

  @Optional()
  @PersonId()
  person?: string;
}

export class WaitingPeriodsQuery extends DayPageQuery {
  @Optional()
  @OneOf(schemes)
  scheme?: string;

  @Optional()
  @OneOf(causes)
  cause?: string;

  /** The last day of waiting is this one or later. */
  @Optional()
  @QuestionDay()
  endingFrom?: string;

  /** The last day of waiting is this one or earlier. */
  @Optional()
  @QuestionDay()
  endingThrough?: string;
}

export class DuplicatesQuery extends DayPageQuery {
  @Optional()
  @OneOf(duplicateScopes)
  scope?: string;

  @Optional()
  @OneOf(duplicateStates)
  state?: string;
}
