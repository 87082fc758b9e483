import { Allow } from 'class-validator';
import { parseStream } from '../../../events';
import { Field, OneOf, Optional, QuestionDay, RegionCode } from '../http/query-fields';

/** A basis, written as one text. */
export function BasisText(): PropertyDecorator {
  return Field(
    (value) => typeof value === 'string' && value.length <= 2_000,
    'a basis such as validOn=2022-07-15,knownAt=2022-10-01',
  );
}

export class BasisQuery {
  @BasisText()
  basis!: string;
}

export class DiffQuery {
  @BasisText()
  from!: string;

  @BasisText()
  to!: string;
}

export class TimelineQuery {
  @Optional()
  @QuestionDay()
  validOn?: string;

  @Optional()
  @RegionCode()
  region?: string;

  @Optional()
  @OneOf(['json', 'html', 'pdf'])
  format?: 'json' | 'html' | 'pdf';

  @Optional()
  @OneOf(['zh', 'en'])
  lang?: 'zh' | 'en';
}

/** Proposed events, and the day asked about. */
export class ImpactBody {
  @Optional()
  @QuestionDay()
  validOn?: string;

  /** The region's or employer's stream that they are proposed for; left out: the person's own. */
  @Optional()
  @Field(
    (value) => parseStream(value) !== undefined,
    'a stream: region-<code>, employer-<uscc>, or left out for the person’s own',
  )
  stream?: string;

  @Allow()
  events?: unknown;
}

/** What is proposed for a region, and the day asked about. */
export class RegionImpactBody {
  @Optional()
  @QuestionDay()
  validOn?: string;

  @Allow()
  events?: unknown;

  /** The text of a policy pack. */
  @Optional()
  @Field((value) => typeof value === 'string' && value.length > 0, 'the text of a policy pack')
  pack?: string;
}
