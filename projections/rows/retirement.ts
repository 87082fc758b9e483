import { OPEN, firstDayOf, type DayNumber } from '../../libs/calendar';
import { RunningTally, yearSums, type CountableMonths } from '../contribution';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { retireeFrom, retirementStateOn, statutoryAgeOn, waysOut } from '../retirement';
import { personTables, type PersonRows } from './tables';
import { bit, day, end } from './written';

type Row = PersonRows['retirement'][number];

/**
 * Retirement of a person whose age is known or who has retired. Before the age one stretch, as of the last fact in it;
 * from the age on, asked anew on every day on which a fact happens.
 */
export function retirementRows(
  inquiry: Inquiry,
  payments: PaymentRecord,
  countable: CountableMonths,
  latest: DayNumber,
): Row[] {
  const ageOn = statutoryAgeOn(inquiry);
  const [retired] = inquiry.facts('Retired');
  if (ageOn === undefined && !retired) return [];
  const retiree = retireeFrom(inquiry, payments);
  const facts = inquiry.history.facts;
  const first = facts[0]!.day;
  const begins = Math.min(ageOn ?? OPEN, retired?.day ?? OPEN, retiree?.day ?? OPEN);

  const days = new Set<DayNumber>([first]);
  for (const fact of facts) if (fact.day >= begins) days.add(fact.day);
  if (begins > first) days.add(begins);
  if (retired) days.add(retired.day);
  if (ageOn !== undefined && ageOn >= first) days.add(ageOn);
  if (retiree) {
    for (const change of [retiree.day, retiree.decidedOn, firstDayOf(retiree.lastDueMonth + 1)]) {
      if (change > first) days.add(change);
    }
  }
  const rows: Row[] = [];
  const sorted = [...days].sort((a, b) => a - b);
  const running = new RunningTally(countable);
  for (const [index, from] of sorted.entries()) {
    const through = index + 1 < sorted.length ? sorted[index + 1]! - 1 : OPEN;
    const on = Math.max(from, Math.min(through, latest));
    const years = yearSums(running.on(on), inquiry.region);
    const state = retirementStateOn(inquiry, payments, years, on);
    const { conditions } = state;
    const row: Row = {
      region: inquiry.region,
      from_day: day(from),
      through_day: end(through),
      as_of: day(on),
      statutory_age_on: ageOn === undefined ? null : day(ageOn),
      age_reached: bit(ageOn !== undefined && ageOn <= on),
      required_total: conditions.requiredTotal ?? null,
      required_actual: conditions.requiredActual ?? null,
      total_months: years.total,
      actual_months: years.actual,
      local_actual_months: years.localActual,
      shortfall_months: conditions.shortfallMonths ?? null,
      conditions_met: conditions.met === undefined ? null : bit(conditions.met),
      processed: bit(state.processed),
      retiree_from: state.retiree ? day(state.retiree.day) : null,
      contribution_due: bit(state.contributionDue),
      lump_sum_fen: waysOut(inquiry, state, on).lumpSum?.totalFen ?? null,
      review: bit(conditions.review),
    };
    const last = rows.at(-1);
    if (last && agree(last, row)) {
      last.through_day = row.through_day;
      last.as_of = row.as_of;
    } else rows.push(row);
  }
  return rows;
}

/** What a row says beside its days. */
const SAID = (Object.keys(personTables.retirement) as (keyof Row)[]).filter(
  (column) => column !== 'from_day' && column !== 'through_day' && column !== 'as_of',
);

function agree(a: Row, b: Row): boolean {
  for (const column of SAID) if (a[column] !== b[column]) return false;
  return true;
}
