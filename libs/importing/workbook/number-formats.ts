/** How a number in a cell is meant: as a number, or as a day or time counted in days. */
export type NumberFormat = 'plain' | 'day' | 'month' | 'dayAndTime' | 'time' | { digits: number };

/** The formats that have a number instead of a text (ECMA-376 18.8.30, those of Chinese systems among them). */
const BUILT_IN: ReadonlyMap<number, NumberFormat> = new Map([
  ...[14, 15, 16, 28, 29, 30, 31, 51, 53, 54, 58].map((id) => [id, 'day'] as const),
  ...[17, 27, 36, 50, 52, 57].map((id) => [id, 'month'] as const),
  ...[18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56].map((id) => [id, 'time'] as const),
  [22, 'dayAndTime'],
]);

const MOST_DIGITS = 40;

/** What a format makes of a number: its id where it is built in, else its code such as `yyyy"年"m"月"d"日"`. */
export function numberFormat(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) return BUILT_IN.get(id) ?? 'plain';
  const bare = code
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(h+|m+|s+)\]/gi, '$1')
    .replace(/\[[^\]]*\]/g, '')
    .split(';', 1)[0]!;
  if (/^0+$/.test(bare)) return bare.length === 1 || bare.length > MOST_DIGITS ? 'plain' : { digits: bare.length };
  if (/general|[0#?]/i.test(bare.replace(/s\.0+/gi, 's'))) return 'plain';
  const day = /d/i.test(bare);
  const year = /y|e/i.test(bare);
  const time = /[hs]/i.test(bare);
  if (day || year) return time ? 'dayAndTime' : day ? 'day' : 'month';
  return time ? 'time' : 'plain';
}

const DAY_MS = 86_400_000;

/** The text that a CSV would hold for a number. Digits beyond those that a spreadsheet keeps are shown as it shows them. */
export function textOfNumber(value: number, format: NumberFormat, since1904: boolean): string {
  if (format === 'plain') return plain(value);
  if (typeof format === 'object')
    return Number.isInteger(value) ? plain(value).padStart(format.digits, '0') : plain(value);
  if (value < 0 || value >= 2_958_466) return plain(value);
  const seconds = Math.round(value * 86_400);
  const whole = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  if (format === 'time' && whole === 0) return clock;
  // The first two months of 1900 are a day off, because spreadsheets believe that year had a leap day.
  const days = since1904 ? whole - 24_107 : whole - (whole < 60 ? 25_568 : 25_569);
  const day = new Date(days * DAY_MS).toISOString().slice(0, 10);
  if (format === 'month') return day.slice(0, 7);
  return seconds % 86_400 === 0 && format !== 'time' ? day : `${day} ${clock}`;
}

/** Fifteen digits are what a spreadsheet keeps; an id longer than that was rounded when it was typed as a number. */
function plain(value: number): string {
  if (Math.abs(value) >= 1e15) return value.toExponential().replace('e', 'E').toUpperCase();
  return String(Number(value.toPrecision(15)));
}
