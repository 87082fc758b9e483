import { contains, monthOf, toDay, yearOf, type DayNumber } from '../../libs/calendar';
import { poolOf } from '../../libs/policy/evaluation';
import type { Duplicate, Relation } from '../answer/answer';
import type { Timeline } from '../coverage/timeline';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { findingOn, isSame, settlementOf } from './official';
import { overlapOn } from './overlap';
import { payerOn } from './payer';
import { subsidyCounted } from './subsidy';
import { verdictOn } from './verdict';

/**
 * The relations that overlap on the day, as one item: which is kept and by which rule, what becomes of the others, which
 * gives the benefits, and whether the region's resident relation counts for subsidy. What the documents leave open is left
 * out and named.
 */
export function duplicatesOn(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  on: DayNumber,
): Duplicate[] {
  const finding = findingOn(inquiry, on);
  const relations = overlapOn(inquiry, payments, timeline, on, finding);
  if (relations.length < 2) return [];

  const payer = payerOn(inquiry, payments, timeline, relations, on);
  const verdict = verdictOn({ inquiry, payments, relations, payer, on, foundOn: finding?.day ?? on });
  const counted = subsidyCounted(inquiry, relations, verdict, payer, on);
  const rule = pausedBy(inquiry, finding, relations, on) ?? verdict.rule;
  const item: Duplicate = {
    scope: scopeOf(relations),
    relations: relations.map(named),
    ...(verdict.retained ? { retained: named(verdict.retained) } : {}),
    ...(verdict.others ? { others: verdict.others } : {}),
    ...(payer ? { benefitFrom: named(payer) } : {}),
    ...(counted === undefined ? {} : { subsidyCounted: counted }),
    rule,
  };
  for (const reason of new Set([rule, verdict.rule])) {
    inquiry.because(() => ({
      claim: 'duplicates',
      rule: reason,
      events: [
        ...new Set([...(finding?.events ?? []), ...verdict.events, ...eventsBehind(timeline, payments, relations, on)]),
      ],
      ...(verdict.arithmetic === undefined ? {} : { arithmetic: verdict.arithmetic }),
      zh: `${toDay(on)} 同时有 ${relations.length} 条参保关系（${relations.map(inZh).join('、')}）${keptZh(verdict.retained)}${paysZh(payer)}。`,
      en: `On ${toDay(on)} ${relations.length} relations overlap (${relations.map(inEn).join('; ')})${keptEn(verdict.retained)}${paysEn(payer)}.`,
    }));
  }
  return [item];
}

/** While an official finding across pooling areas stands, the rule that pauses benefits until one relation is kept (TL-4.6). */
function pausedBy(
  inquiry: Inquiry,
  finding: Fact<'DuplicateDetected'> | undefined,
  relations: readonly Relation[],
  on: DayNumber,
): string | undefined {
  if (!finding || scopeOf(relations) !== 'crossRegion' || settlementOf(inquiry, relations, on)) return undefined;
  const pause = inquiry.read('duplicates.crossRegionPause', inquiry.region, finding.day);
  return pause.known && pause.value ? pause.rule : undefined;
}

/** What shows each relation: its registration's status, and the money of its month or year. */
function eventsBehind(
  timeline: Timeline,
  payments: PaymentRecord,
  relations: readonly Relation[],
  on: DayNumber,
): string[] {
  const own = (other: Relation) => relations.some((relation) => isSame(relation, other));
  const [month, year] = [monthOf(on), yearOf(on)];
  return [
    ...timeline.relations
      .filter(own)
      .flatMap(({ statuses }) => statuses.find((status) => contains(status, on))?.events ?? []),
    ...payments.months
      .filter((paid) => paid.month === month && own({ ...paid, scheme: 'employee' }))
      .flatMap(({ payment }) => payment.events),
    ...payments.years
      .filter((paid) => paid.year === year && own({ ...paid, scheme: 'resident' }))
      .flatMap(({ payment }) => payment.events),
  ];
}

/** The widest scope that fits. */
function scopeOf(relations: readonly Relation[]): Duplicate['scope'] {
  const [first] = relations;
  if (relations.some(({ region }) => poolOf(region) !== poolOf(first!.region))) return 'crossRegion';
  return relations.some(({ scheme }) => scheme !== first!.scheme) ? 'crossScheme' : 'sameScheme';
}

function named({ scheme, region, participation }: Relation): Relation {
  return { scheme, region, ...(participation === undefined ? {} : { participation }) };
}

const SCHEMES = { employee: '职工医保', resident: '居民医保' } as const;

const PARTICIPATIONS: Partial<Record<NonNullable<Relation['participation']>, { zh: string; en: string }>> = {
  employed: { zh: '（随单位）', en: ' through an employer' },
  flexible: { zh: '（灵活就业）', en: ' as a flexible worker' },
  unemployed: { zh: '（领取失业金）', en: ' on unemployment benefit' },
};

function inZh({ scheme, region, participation }: Relation): string {
  return `${region} ${SCHEMES[scheme]}${(participation && PARTICIPATIONS[participation]?.zh) ?? ''}`;
}

function inEn({ scheme, region, participation }: Relation): string {
  return `${scheme}${(participation && PARTICIPATIONS[participation]?.en) ?? ''} in ${region}`;
}

function keptZh(retained: Relation | undefined): string {
  return retained ? `，保留 ${inZh(retained)}` : '';
}

function keptEn(retained: Relation | undefined): string {
  return retained ? `; the one kept is ${inEn(retained)}` : '';
}

function paysZh(payer: Relation | undefined): string {
  return payer ? `，待遇由 ${inZh(payer)} 享受，不重复享受` : '，待遇不得重复享受';
}

function paysEn(payer: Relation | undefined): string {
  return payer ? `; benefits come from ${inEn(payer)} alone` : '; benefits are never drawn twice';
}
