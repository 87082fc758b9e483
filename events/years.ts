import { define } from './envelope';
import { Fen, Fits, MonthCount, NeededWhen, OneOf, Optional, Region, Text } from './fields';
import { MonthSpan, Months } from './month-span';
import { yearKinds, type YearKind } from './words';

/** 年限认定. `effectiveOn` is the day of the recognition, from which the months count (CV-19). Either how many, or which. */
export class YearsRecognisedData {
  @OneOf(yearKinds)
  kind!: YearKind;

  @NeededWhen(({ span }) => span === undefined, 'a whole number of months, or the span { from, through } of them')
  @MonthCount({ from: 1 })
  months?: number;

  @Optional()
  @Months()
  @Fits((_, { months }) => months === undefined, 'left out: months or span, not both')
  span?: MonthSpan;

  /** The region that counts them. */
  @Region()
  region!: string;

  /** Who decided. */
  @Text()
  authority!: string;
}

/** Resident years made employee years by paying the difference (LYG-28.2). `effectiveOn` is the day of the conversion. */
export class YearsConvertedData {
  @OneOf(['resident'])
  from!: 'resident';

  @MonthCount({ from: 1 })
  months!: number;

  /** What was paid for it, fen. */
  @Fen()
  differenceFen!: number;
}

export const yearsRecognised = define('YearsRecognised', YearsRecognisedData);
export const yearsConverted = define('YearsConverted', YearsConvertedData);
