import { toDay } from '../../libs/calendar';
import type { Policies } from '../../libs/policy/evaluation';
import { countableMonths } from '../contribution';
import { timelineOf, type Timeline } from '../coverage';
import { homeRegions } from '../grounds';
import type { History } from '../history';
import { Inquiry } from '../inquiry';
import { paymentRecord, type PaymentRecord } from '../payments';
import { benefitRows, type Home } from './benefit';
import { contributionRows } from './contribution';
import { duplicateRows } from './duplicates';
import { coverageRows, interruptionRows, relationRows, waitingRows } from './enrollment';
import { exceptionRows, type UnknownCode } from './exceptions';
import { backPaymentRows, lateFeeRows, refundRows } from './money';
import { retirementRows } from './retirement';
import { personTableNames, type PersonRows } from './tables';

/** What a person's rows are made from: everything known of him, and of the regions and employers his facts name. */
export interface RowGrounds {
  person: string;
  /** The region that is asked; undefined where nothing names one, and then there is nothing to say. */
  region: string | undefined;
  history: History;
  regions: ReadonlyMap<string, History>;
  employers: ReadonlyMap<string, History>;
  policies: Policies;
  codes: readonly UnknownCode[];
}

/**
 * A person's rows in every table: a pure function of what is known and the packs. Spans are those of the engine; where
 * it answers for one day it is asked on each day on which the answer may change. Rules of no day of their own are those of
 * the last day on which a fact happens.
 */
export function rowsOf({ person, region, history, regions, employers, policies, codes }: RowGrounds): PersonRows {
  const latest = history.facts.at(-1)?.day;
  if (region === undefined || latest === undefined) return noRows();

  const question = { person, region, validOn: toDay(latest), knownAt: history.position };
  const inquiry = new Inquiry({ question, person: history, regions, employers, policies }, false);
  const payments = paymentRecord(history);
  const { timeline } = timelineOf(inquiry, payments);
  const countable = countableMonths(inquiry, payments, latest);
  for (const { from, question: open, gap } of countable.open) if (from <= latest) inquiry.undetermined(open, gap);

  const rows: Omit<PersonRows, 'benefit' | 'exceptions'> = {
    relations: relationRows(timeline),
    waiting_periods: waitingRows(timeline),
    coverage: coverageRows(timeline),
    contribution_months: contributionRows(inquiry, payments, countable, latest),
    interruptions: interruptionRows(inquiry, payments, timeline),
    retirement: retirementRows(inquiry, payments, countable, latest),
    duplicates: duplicateRows(inquiry, payments, timeline, latest),
    refunds_due: refundRows(inquiry, payments, timeline),
    late_fees: lateFeeRows(inquiry, payments, latest),
    back_payments: backPaymentRows(inquiry, payments),
  };
  // Last, because a day before the first pack is open for a reason that the status itself tells.
  const exceptions = exceptionRows(inquiry, payments, timeline, codes);
  return { ...rows, exceptions, benefit: benefitRows(homesOf(inquiry, payments, timeline)) };
}

/** Where the person is at home from which day on; whoever moved is evaluated once a region. */
function homesOf(inquiry: Inquiry, payments: PaymentRecord, timeline: Timeline): Home[] {
  const homes = homeRegions(inquiry.history.facts);
  if (homes.length < 2) return [{ inquiry, timeline, from: inquiry.history.facts[0]!.day }];
  const known = new Map([[inquiry.region, { inquiry, timeline }]]);
  return homes.map(({ region, from }) => {
    let home = known.get(region);
    if (!home) {
      const { grounds } = inquiry;
      const there = new Inquiry({ ...grounds, question: { ...grounds.question, region } }, false);
      known.set(region, (home = { inquiry: there, timeline: timelineOf(there, payments).timeline }));
    }
    return { ...home, from };
  });
}

/** A person about whom there is nothing to say. */
export function noRows(): PersonRows {
  return Object.fromEntries(personTableNames.map((table) => [table, []])) as unknown as PersonRows;
}
