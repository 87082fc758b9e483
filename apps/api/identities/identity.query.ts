import { settledAs, type SettledAs } from '../../../libs/vault';
import { OneOf, Optional, PersonId, PlainText, QuestionDay, Whole, YesOrNo } from '../http/query-fields';

/** How something is put into the vault, or erased from it. */
export class IdentityQuery {
  /** Write nothing; show what would come of it. */
  @Optional()
  @YesOrNo()
  dryRun?: 'true' | 'false';
}

/** Why an identity is erased. */
export class EraseBody {
  /** The provision or order that asks for it; recorded for good, so it names nobody. */
  @PlainText()
  legalBasis!: string;
}

/** Which cases of one number for two persons are listed. */
export class FoundTwiceQuery {
  @Optional()
  @YesOrNo()
  settled?: 'true' | 'false';

  @Optional()
  @Whole(1, 500)
  limit?: string;
}

/** What somebody decided about such a case. */
export class SettleBody {
  @PersonId()
  person!: string;

  @PersonId()
  holder!: string;

  @OneOf(settledAs)
  as!: SettledAs;
}

/** Who is one person with whom, or is not. */
export class MergeBody {
  @PersonId()
  otherPersonId!: string;

  @PlainText()
  reason!: string;

  /** Left out: today in China. */
  @Optional()
  @QuestionDay()
  on?: string;
}
