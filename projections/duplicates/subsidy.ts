import type { DayNumber } from '../../libs/calendar';
import { poolOf } from '../../libs/policy/evaluation';
import type { Relation } from '../answer/answer';
import type { Inquiry } from '../inquiry';
import { isSame } from './official';
import type { Verdict } from './verdict';

/**
 * Whether the resident relation of the region asked about counts for state subsidy (TL-8.1, TL-8.2). Undefined where there
 * is none, and where the document says nothing.
 */
export function subsidyCounted(
  inquiry: Inquiry,
  relations: readonly Relation[],
  { retained, byMonths }: Verdict,
  payer: Relation | undefined,
  on: DayNumber,
): boolean | undefined {
  const own = relations.find(
    ({ scheme, region }) => scheme === 'resident' && poolOf(region) === poolOf(inquiry.region),
  );
  if (!own) return undefined;
  const removed = inquiry.read('duplicates.subsidyRemoved', inquiry.region, on);
  // A relation that nobody has removed is not excluded.
  if (!retained || isSame(own, retained)) return removed.known ? true : undefined;
  if (retained.scheme === 'resident') return removed.known ? explained(inquiry, removed) : undefined;
  const stopped = inquiry.read('duplicates.subsidyCrossScheme', inquiry.region, on);
  // Only where employee insurance of the months asked for gives benefits are the resident ones stopped.
  if (!stopped.known || !byMonths || !payer || payer.scheme !== 'employee') return undefined;
  return explained(inquiry, stopped);
}

function explained(inquiry: Inquiry, rule: { value: boolean; rule: string }): boolean {
  inquiry.because(() => ({
    claim: 'duplicates',
    rule: rule.rule,
    events: [],
    zh: rule.value ? '该居民参保关系计入财政补助。' : '该居民参保关系不纳入财政补助结算范围。',
    en: rule.value
      ? 'The resident relation counts for state subsidy.'
      : 'The resident relation does not count for state subsidy.',
  }));
  return rule.value;
}
