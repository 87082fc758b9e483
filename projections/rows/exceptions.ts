import { firstDayOf, lastDayOf, lastDayOfYear, firstDayOfYear, monthNumber, type DayNumber } from '../../libs/calendar';
import type { Timeline } from '../coverage';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import type { PersonRows } from './tables';
import { day, end } from './written';

type Row = PersonRows['exceptions'][number];

/** A code of the sender that the ledger does not know. */
export interface UnknownCode {
  day: DayNumber;
  code: string;
}

/** What a person must look at; `inquiry` has been asked everything that may stay open. */
export function exceptionRows(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  codes: readonly UnknownCode[],
): Row[] {
  return [
    ...unregistered(timeline),
    ...unknownRegions(inquiry, timeline),
    ...afterDeath(inquiry, timeline),
    ...paidTwice(payments),
    ...identities(inquiry),
    ...endsOfNothing(inquiry, timeline),
    ...codes.map(({ day: from, code }) => row({ kind: 'unknownCode', detail: code, from_day: day(from) })),
    ...openDays(timeline),
    ...gaps(inquiry, timeline),
  ];
}

function unregistered({ relations }: Timeline): Row[] {
  return relations
    .filter(({ registered }) => registered === undefined)
    .map(({ scheme, region, participation, statuses }) =>
      row({
        kind: 'paymentWithoutRegistration',
        region,
        detail: `${scheme}, ${participation}`,
        from_day: day(statuses[0]!.from),
        through_day: end(statuses.at(-1)!.through),
      }),
    );
}

function unknownRegions(inquiry: Inquiry, { relations }: Timeline): Row[] {
  const regions = new Set(relations.map(({ region }) => region));
  return [...regions]
    .filter((region) => inquiry.firstDay(region) === undefined)
    .map((region) => row({ kind: 'unknownRegion', region, needs: `pack:${region}` }));
}

function afterDeath(inquiry: Inquiry, { diedOn }: Timeline): Row[] {
  if (diedOn === undefined) return [];
  return inquiry.history.facts.flatMap(({ type, day: on, data }) => {
    const late =
      type === 'Paid'
        ? data.kind !== 'lumpSum' &&
          data.feeMonths !== undefined &&
          firstDayOf(monthNumber(data.feeMonths.from)) > diedOn
        : type === 'Registered' || type === 'Retired' || type === 'EmploymentStarted' || type === 'Admitted';
    return late && on > diedOn ? [conflict(`${type} after Died`, on)] : [];
  });
}

/** A fee month or benefit year for which the whole money came twice, and did not go back. */
function paidTwice({ months, years }: PaymentRecord): Row[] {
  if (areDistinct(months, ({ month }) => month) && areDistinct(years, ({ year }) => year)) return [];
  const rows: Row[] = [];
  const paidMonths = new Map<string, Row | true>();
  for (const { month, region, full, refundedOn, arrival } of months) {
    if (!full || refundedOn !== undefined) continue;
    const key = `${region}${month}`;
    if (!paidMonths.has(key)) paidMonths.set(key, true);
    else if (paidMonths.get(key) === true) {
      const twice = conflict('Paid twice for one fee month', arrival, region);
      twice.from_day = day(firstDayOf(month));
      twice.through_day = day(lastDayOf(month));
      const before = rows.at(-1);
      if (before?.region === region && before.through_day === day(firstDayOf(month) - 1))
        before.through_day = twice.through_day;
      else rows.push(twice);
      paidMonths.set(key, twice);
    }
  }
  const paidYears = new Set<string>();
  for (const { year, region, refundedOn } of years) {
    if (refundedOn !== undefined) continue;
    const key = `${region}${year}`;
    if (paidYears.has(key)) {
      rows.push({
        ...conflict('Paid twice for one benefit year', firstDayOfYear(year), region),
        through_day: day(lastDayOfYear(year)),
      });
    }
    paidYears.add(key);
  }
  return rows;
}

function areDistinct<T>(items: readonly T[], of: (item: T) => number): boolean {
  for (let i = 1; i < items.length; i++) {
    // Most are paid in order; only others need a set.
    if (of(items[i]!) <= of(items[i - 1]!)) return new Set(items.map(of)).size === items.length;
  }
  return true;
}

/** Fields of the file that two identifications state differently; never their values. */
function identities(inquiry: Inquiry): Row[] {
  const identified = inquiry.facts('Identified');
  if (identified.length < 2) return [];
  return (['birthDate', 'sex'] as const).flatMap((field) => {
    const stated = new Set(identified.flatMap(({ data }) => (data[field] === undefined ? [] : [data[field]])));
    return stated.size > 1 ? [conflict(`Identified differently: ${field}`, identified.at(-1)!.day)] : [];
  });
}

function endsOfNothing(inquiry: Inquiry, { relations }: Timeline): Row[] {
  return [...inquiry.facts('Suspended'), ...inquiry.facts('Terminated')].flatMap(({ type, day: on, data }) =>
    relations.some(({ scheme, region }) => scheme === data.scheme && region === data.region)
      ? []
      : [conflict(`${type} without a relation`, on, data.region)],
  );
}

function openDays({ open }: Timeline): Row[] {
  return open.map(({ region, from, through, question, gap }) =>
    row({
      kind: 'undetermined',
      region,
      question,
      rule: gap.rule ?? null,
      why: gap.why,
      needs: gap.needs ?? null,
      from_day: day(from),
      through_day: end(through),
    }),
  );
}

/** What the rest of the rows left open; days that are open stand above. */
function gaps(inquiry: Inquiry, { open }: Timeline): Row[] {
  const told = new Set(open.map(({ question }) => question));
  return inquiry
    .trace()
    .undetermined.filter(({ question }) => !told.has(question))
    .map(({ question, rule, why, needs }) =>
      row({ kind: 'undetermined', region: inquiry.region, question, rule: rule ?? null, why, needs: needs ?? null }),
    );
}

function conflict(detail: string, on: DayNumber, region: string | null = null): Row {
  return row({ kind: 'conflictingFacts', region, detail, from_day: day(on) });
}

function row(said: Partial<Row> & Pick<Row, 'kind'>): Row {
  return {
    kind: said.kind,
    region: said.region ?? null,
    question: said.question ?? null,
    rule: said.rule ?? null,
    why: said.why ?? null,
    needs: said.needs ?? null,
    detail: said.detail ?? null,
    from_day: said.from_day ?? null,
    through_day: said.through_day ?? null,
  };
}
