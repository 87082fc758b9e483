import { parseStream } from '../../../events';
import type { Answer } from '../../../projections/answer';
import { term, type Language } from './terms';

/** How words are found: the language, and names of regions. */
export interface Speech {
  language: Language;
  /** A region by its name, or by its code. */
  region: (code: string) => string;
}

type Part = keyof Answer;
type Item<P extends Part> = Answer[P] extends readonly (infer I)[] ? I : Answer[P];
type ItemWords = { [P in Part]?: (item: Item<P>, speech: Speech) => string };

/** Items of lists, each as one phrase. */
const ITEMS: ItemWords = {
  registrations: ({ scheme, region, participation, status, since, through, reason }, to) =>
    phrase(to, [
      schemeOf(scheme, participation, to),
      to.region(region),
      term(status, to.language),
      spanWords(since, through, to),
      reason && `${label('reason', to)}${term(reason, to.language)}`,
    ]),
  waitingPeriods: ({ scheme, from, through, benefitsFrom, cause, rule }, to) =>
    phrase(to, [
      term(scheme, to.language),
      spanWords(from, through, to),
      zh(to) ? `因${term(cause, 'zh')}` : `because of ${term(cause, 'en')}`,
      zh(to) ? `${benefitsFrom} 起享受待遇` : `benefits from ${benefitsFrom}`,
      rule,
    ]),
  waived: ({ scheme, on, cause, rule }, to) =>
    phrase(to, [
      term(scheme, to.language),
      on,
      zh(to) ? `${term(cause, 'zh')}本应等待，予以免除` : `no waiting for ${term(cause, 'en')}`,
      rule,
    ]),
  coverage: ({ scheme, region, from, through, restored }, to) =>
    phrase(to, [
      term(scheme, to.language),
      to.region(region),
      spanWords(from, through, to),
      restored && (zh(to) ? '事后恢复' : 'restored afterwards'),
    ]),
  interruptions: ({ scheme, months, from, through, restored }, to) =>
    phrase(to, [
      term(scheme, to.language),
      spanWords(from, through, to),
      monthsWords(months, to),
      restored && (zh(to) ? '已补缴恢复' : 'made good'),
    ]),
  refunds: ({ basis, scheme, allowed, feeMonths, benefitYears, amountFen, accountRecovery, reason }, to) =>
    phrase(to, [
      term(scheme, to.language),
      zh(to) ? (allowed ? '可退费' : '不予退费') : allowed ? 'allowed' : 'not allowed',
      feeMonths && countedMonths(feeMonths, to),
      benefitYears?.join(zh(to) ? '、' : ', '),
      amountFen !== undefined && yuan(amountFen, to),
      accountRecovery && (zh(to) ? '须追回个人账户划入' : 'the account is recovered'),
      basis,
      reason !== basis && reason,
    ]),
  backPayments: ({ allowed, route, perMonthFen, totalFen, feeMonths, rule, reason }, to) =>
    phrase(to, [
      countedMonths(feeMonths, to),
      zh(to) ? (allowed ? '可补缴' : '不可补缴') : allowed ? 'allowed' : 'not allowed',
      route && (zh(to) ? `经${term(route, 'zh')}` : `through the ${term(route, 'en')}`),
      perMonthFen !== undefined && `${zh(to) ? '每月 ' : 'a month '}${yuan(perMonthFen, to)}`,
      totalFen !== undefined && `${zh(to) ? '共 ' : 'in all '}${yuan(totalFen, to)}`,
      rule,
      reason !== rule && reason,
    ]),
  lateFees: ({ feeMonth, principalFen, days, feeFen, capped, rule }, to) =>
    phrase(to, [
      feeMonth,
      `${zh(to) ? '本金 ' : 'principal '}${yuan(principalFen, to)}`,
      zh(to) ? `逾期 ${days} 天` : `${days} days late`,
      `${zh(to) ? '滞纳金 ' : 'fee '}${yuan(feeFen, to)}`,
      capped && (zh(to) ? '已至上限' : 'capped'),
      rule,
    ]),
  bases: ({ feeMonth, baseFen, unitFen, personFen, rule }, to) =>
    phrase(to, [
      feeMonth,
      yuan(baseFen, to),
      unitFen !== undefined && `${label('unitFen', to)}${yuan(unitFen, to)}`,
      personFen !== undefined && `${label('personFen', to)}${yuan(personFen, to)}`,
      rule,
    ]),
  duplicates: ({ scope, relations, retained, benefitFrom, rule }, to) =>
    phrase(to, [
      term(scope, to.language),
      relations.map((one) => relationWords(one, to)).join(zh(to) ? ' 与 ' : ' and '),
      retained && `${label('retained', to)}${relationWords(retained, to)}`,
      benefitFrom &&
        (zh(to) ? `待遇由${relationWords(benefitFrom, to)}支付` : `benefits from ${relationWords(benefitFrom, to)}`),
      rule,
    ]),
  stays: ({ stayId, admittedOn, dischargedOn, payable, direct, route, segments, settleByYear, rule }, to) =>
    phrase(to, [
      `${label('stayId', to)}${stayId}`,
      spanWords(admittedOn, dischargedOn, to),
      zh(to) ? (payable ? '统筹基金可支付' : '统筹基金不予支付') : payable ? 'payable' : 'not payable',
      direct ? term('direct', to.language) : route && term(route, to.language),
      segments.length > 1 &&
        segments
          .map((one) => `${term(one.scheme, to.language)} ${spanWords(one.from, one.through, to)}`)
          .join(zh(to) ? '；' : '; '),
      settleByYear !== undefined && (zh(to) ? `${settleByYear} 年底前申报` : `claim by the end of ${settleByYear}`),
      rule,
    ]),
  aid: ({ aidClass, from, through }, to) => phrase(to, [term(aidClass, to.language), spanWords(from, through, to)]),
  premiumsDue: ({ benefitYear, by, reason, rule }, to) =>
    phrase(to, [
      String(benefitYear),
      by && (zh(to) ? `不迟于 ${by} 缴纳` : `by ${by}`),
      term(reason, to.language),
      rule,
    ]),
  undetermined: ({ question, rule, why, needs }, to) =>
    phrase(to, [
      questionWords(question, to),
      term(why, to.language),
      rule,
      needs && `${zh(to) ? '需要：' : 'needs '}${term(needs, to.language)}`,
    ]),
};

/** A value that stands at a path of the answer, on one line. */
export function answerWords(at: string, value: unknown, speech: Speech): string {
  if (value === undefined) return '—';
  const words = ITEMS[at as Part] as ((item: unknown, speech: Speech) => string) | undefined;
  if (words && typeof value === 'object' && value !== null) return words(value, speech);
  return fieldWords(at.split('.').at(-1)!, value, speech, at.split('.')[0]);
}

/** The fields of something, such as an event’s data, on one line. */
export function fieldsWords(data: object, speech: Speech): string {
  return Object.entries(data)
    .sort(([a], [b]) => placeOf(a) - placeOf(b))
    .filter(([name]) => !PERSONAL.has(name) && !LENGTHY.has(name))
    .map(([name, value]) => {
      const words = fieldWords(name, value, speech);
      return SPEAKING.has(name) ? words : `${term(name, speech.language, 'field')}${zh(speech) ? '：' : ': '}${words}`;
    })
    .join(zh(speech) ? '；' : '; ');
}

/** What is read first; files keep fields in the order of their letters. */
const FIRST = [
  'scheme',
  'region',
  'participation',
  'kind',
  'feeMonths',
  'feeMonth',
  'benefitYear',
  'unitFen',
  'personFen',
];

function placeOf(name: string): number {
  const at = FIRST.indexOf(name);
  return at === -1 ? FIRST.length : at;
}

/** Fields whose value needs no name before it. */
const SPEAKING: ReadonlySet<string> = new Set(['scheme', 'region', 'kind', 'participation', 'fundMode', 'aidClass']);

/** What belongs into the file and not onto a page. */
const LENGTHY: ReadonlySet<string> = new Set(['packs', 'readings']);

/** What is nobody’s business on a page: who somebody is is told by his id alone. */
const PERSONAL: ReadonlySet<string> = new Set(['birthDate', 'sex', 'retirementCategory', 'identity', 'staff']);

const MONTHS: ReadonlySet<string> = new Set([
  'months',
  'monthsBought',
  'requiredTotal',
  'requiredActual',
  'shortfallMonths',
]);

const REGIONS: ReadonlySet<string> = new Set([
  'region',
  'place',
  'fromRegion',
  'toRegion',
  'household',
  'residencePermit',
  'habitualResidence',
]);

function fieldWords(name: string, value: unknown, speech: Speech, part?: string): string {
  const { language } = speech;
  if (typeof value === 'number' && name.endsWith('Fen')) return yuan(value, speech);
  if (typeof value === 'number' && MONTHS.has(name)) return monthsWords(value, speech);
  if (typeof value === 'string') return REGIONS.has(name) ? speech.region(value) : term(value, language, name);
  if (typeof value !== 'object' || value === null) return term(String(value), language, part);
  if (Array.isArray(value)) {
    return value.map((one) => fieldWords(name, one, speech, part)).join(zh(speech) ? '、' : ', ');
  }
  const { from, through, ...rest } = value as { from?: unknown; through?: unknown };
  const bare = Object.keys(rest).length === 0;
  if (bare && typeof from === 'string') return spanWords(from, through as string | undefined, speech);
  const inner = fieldsWords(value, speech);
  return name === 'data' ? inner : `（${inner}）`;
}

/** What is open, by its path: `retirement.lumpSum`. */
function questionWords(question: string, to: Speech): string {
  return question
    .split('.')
    .map((name) => term(name, to.language))
    .join(zh(to) ? '·' : ': ');
}

function schemeOf(scheme: string, participation: string | undefined, to: Speech): string {
  const name = term(scheme, to.language);
  if (participation === undefined) return name;
  return zh(to) ? `${name}（${term(participation, 'zh')}）` : `${name} (${term(participation, 'en')})`;
}

function relationWords(
  { scheme, region, participation }: { scheme: string; region: string; participation?: string },
  to: Speech,
): string {
  return `${to.region(region)}${zh(to) ? '' : ' '}${schemeOf(scheme, participation, to)}`;
}

/** Days or months from the one through the other. */
export function spanWords(from: string, through: string | undefined, to: Pick<Speech, 'language'>): string {
  if (from === through) return from;
  if (through === undefined) return zh(to) ? `${from} 起` : `from ${from}`;
  return zh(to) ? `${from} 至 ${through}` : `${from} to ${through}`;
}

/** Months, and from a year on what they are in years. */
export function monthsWords(count: number, to: Pick<Speech, 'language'>): string {
  const [years, rest] = [Math.floor(count / 12), count % 12];
  if (zh(to)) return `${count} 个月${years === 0 ? '' : `（${years} 年${rest === 0 ? '' : ` ${rest} 个月`}）`}`;
  return `${count} month${count === 1 ? '' : 's'}${years === 0 ? '' : ` (${years} y${rest === 0 ? '' : ` ${rest} m`})`}`;
}

function countedMonths({ from, through, count }: { from: string; through: string; count: number }, to: Speech): string {
  return `${spanWords(from, through, to)}${zh(to) ? `，${count} 个月` : `, ${count} months`}`;
}

/** Whose stream it is, where it is not the person's. */
export function streamWords(stream: string, to: Speech): string {
  const owner = parseStream(stream);
  if (owner?.kind === 'region') return to.region(owner.id);
  return owner?.kind === 'employer' ? `${term('employerId', to.language)} ${owner.id}` : stream;
}

function yuan(fen: number, to: Speech): string {
  const amount = (fen / 100).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return zh(to) ? `${amount} 元` : `¥${amount}`;
}

function label(name: string, to: Speech): string {
  return `${term(name, to.language)}${zh(to) ? '：' : ' '}`;
}

function phrase(to: Speech, parts: readonly (string | false | undefined | '')[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(zh(to) ? '，' : ', ');
}

function zh({ language }: Pick<Speech, 'language'>): boolean {
  return language === 'zh';
}
