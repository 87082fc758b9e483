import { OneOf, Optional, PlainText, Position, QuestionDay, Whole, YesOrNo } from '../../http/query-fields';

const STATES = ['pending', 'approved', 'declined'] as const;

/** Which changes are listed. */
export class ChangesQuery {
  @Optional()
  @OneOf(STATES)
  state?: (typeof STATES)[number];

  /** Where the page before ended. */
  @Optional()
  @Position()
  after?: string;

  @Optional()
  @Whole(1, 200)
  limit?: string;
}

/** How a change is shown. */
export class ChangeQuery {
  /** The day for which the impact is told; left out: today in China. */
  @Optional()
  @QuestionDay()
  validOn?: string;
}

/** How a change is decided on. */
export class DecisionQuery {
  /** Record nothing; show what would come of it. */
  @Optional()
  @YesOrNo()
  dryRun?: 'true' | 'false';
}

/** Why a change is declined. */
export class DeclineBody {
  @PlainText()
  reason!: string;
}
