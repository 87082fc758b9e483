import { OPEN, firstDayOf, monthNumber, toDay, type DayNumber } from '../../libs/calendar';
import type { Participation, Scheme } from '../../events';
import { poolOf } from '../../libs/policy/evaluation';
import type { Registration } from '../answer/answer';
import type { RelationRecord, RelationStatus } from '../coverage/timeline';
import type { EmployeeRuns } from '../entries/employee-runs';
import type { ResidentYears } from '../entries/resident-years';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import { isCurrent } from '../payments';

/** Every enrollment relation with its registration statuses in order (JL-8, CV-25), known from registrations or from payments alone. */
export function relationRecords(inquiry: Inquiry, runs: EmployeeRuns, years: ResidentYears): RelationRecord[] {
  const book = new Book(inquiry, runs, years);
  for (const fact of inquiry.history.facts) if (fact.type !== 'Died') book.take(fact);
  // What is paid after a death, for a newborn, is still a relation that the death ended.
  for (const fact of inquiry.facts('Died')) book.take(fact);
  return book.records.sort((a, b) => a.statuses[0]!.from - b.statuses[0]!.from);
}

/** The registrations of the answer: each relation's status on the day. */
export function registrationsOn(records: readonly RelationRecord[], on: DayNumber): Registration[] {
  return records.flatMap(({ scheme, region, participation, statuses }) => {
    const status = statuses.find(({ from, through }) => from <= on && on <= through);
    if (!status) return [];
    return [
      {
        scheme,
        region,
        participation,
        status: status.status,
        since: toDay(status.from),
        ...(status.through === OPEN ? {} : { through: toDay(status.through) }),
        ...(status.reason === undefined ? {} : { reason: status.reason }),
      },
    ];
  });
}

/** Whether a relation is registered as normal on a day. */
export function isNormalOn(record: RelationRecord, on: DayNumber): boolean {
  return record.statuses.some(({ status, from, through }) => status === 'normal' && from <= on && on <= through);
}

class Book {
  readonly records: RelationRecord[] = [];
  private readonly firstCovered = new Map<string, DayNumber>();

  constructor(
    private readonly inquiry: Inquiry,
    runs: EmployeeRuns,
    years: ResidentYears,
  ) {
    for (const run of runs.runs) {
      const window = runs.windows.find(({ payment }) => payment.id === run.months[0]!.payment.id);
      const entered =
        window?.from ?? (run.coverFrom === OPEN ? undefined : run.coverFrom) ?? firstDayOf(run.months[0]!.month);
      this.firstCovered.set(run.months[0]!.payment.id, entered);
      for (const { payment, month } of run.months) {
        if (!this.firstCovered.has(payment.id)) this.firstCovered.set(payment.id, firstDayOf(month));
      }
    }
    for (const { paid, since } of years.spans) if (since !== undefined) this.firstCovered.set(paid.payment.id, since);
  }

  take(fact: Fact): void {
    switch (fact.type) {
      case 'Registered':
        return this.registered(fact);
      case 'Paid':
        return this.paid(fact);
      case 'Suspended':
        return this.close(
          this.of(fact.data.scheme, fact.data.region),
          fact.day + 1,
          'suspended',
          fact.data.reason,
          fact,
        );
      case 'Terminated':
        return this.close(this.of(fact.data.scheme, fact.data.region), fact.day, 'terminated', fact.data.reason, fact);
      case 'Died':
        return this.close(this.records, fact.day, 'terminated', 'death', fact);
      case 'Transferred': {
        const left = this.records.filter(
          ({ scheme, region }) =>
            scheme === 'employee' &&
            poolOf(region) === poolOf(fact.data.fromRegion) &&
            poolOf(region) !== poolOf(fact.data.toRegion),
        );
        return this.close(left.filter(isOpenNormal), fact.day, 'terminated', 'transferOut', fact);
      }
      case 'DuplicateResolved':
        return this.resolved(fact);
      default:
        return;
    }
  }

  private registered(fact: Fact<'Registered'>): void {
    const { scheme, region, participation } = fact.data;
    const record = this.record(scheme, region, participation);
    record.registered = fact;
    this.setStatus(record, fact.day, 'normal', undefined, fact.events);
    if (scheme !== 'employee') return;
    const ends = this.inquiry.read('switch.residentEndsOnRegistration', region, fact.day);
    if (!ends.known || !ends.value) return;
    const residents = this.records.filter(
      (other) => other.scheme === 'resident' && isOpenNormal(other) && other.statuses[0]!.from < fact.day,
    );
    this.close(residents, fact.day, 'terminated', 'employeeRegistered', fact);
    if (residents.length > 0) {
      this.inquiry.because(() => ({
        claim: 'registrations',
        rule: ends.rule,
        events: fact.events,
        zh: `${toDay(fact.day)} 办理职工参保登记后，原居民医保参保关系自动终止。`,
        en: `With the employee registration on ${toDay(fact.day)} the resident relation ended by itself.`,
      }));
    }
  }

  private paid(fact: Fact<'Paid'>): void {
    const { scheme, region, kind } = fact.data;
    if (!isCurrent(kind)) return;
    const since = this.firstCovered.get(fact.id) ?? firstMonthDay(fact);
    if (since === undefined) return;
    const participation = this.participationOf(fact);
    const record = this.record(scheme, region, participation);
    if (record.statuses.length === 0) this.setStatus(record, since, 'normal', undefined, fact.events);
    else if (!isOpenNormal(record) && fact.day > record.statuses.at(-1)!.from) {
      this.setStatus(record, Math.max(since, record.statuses.at(-1)!.from), 'normal', undefined, fact.events);
    }
  }

  private participationOf(fact: Fact<'Paid'>): Participation {
    const { scheme, region, participation } = fact.data;
    if (participation !== undefined) return participation;
    const registered = this.inquiry
      .facts('Registered')
      .filter(({ data }) => data.scheme === scheme && data.region === region);
    const own = registered.findLast(({ day }) => day <= fact.day) ?? registered[0];
    return own?.data.participation ?? (scheme === 'resident' ? 'general' : 'employed');
  }

  private resolved(fact: Fact<'DuplicateResolved'>): void {
    const { retained, relations } = fact.data;
    const others = relations.filter(({ scheme, region }) => scheme !== retained.scheme || region !== retained.region);
    for (const other of others) {
      const fate = this.fateOf(other, retained, fact.day);
      if (fate === undefined || fate === 'none') continue;
      this.close(this.of(other.scheme, other.region).filter(isOpenNormal), fact.day, fate, 'duplicate', fact);
    }
  }

  /** What becomes of a relation that is not retained: by the rule of its kind of duplicate, across pools by the region's general one. */
  private fateOf(
    other: { scheme: Scheme; region: string },
    retained: { scheme: Scheme; region: string },
    on: DayNumber,
  ): 'suspended' | 'terminated' | 'none' | undefined {
    if (poolOf(other.region) === poolOf(retained.region)) {
      const key =
        other.scheme !== retained.scheme
          ? 'duplicates.crossScheme'
          : other.scheme === 'employee'
            ? 'duplicates.employeeTwice'
            : 'duplicates.residentTwice';
      const kind = this.inquiry.read(key, other.region, on);
      if (kind.known) return kind.value.others;
    }
    const general = this.inquiry.read('duplicates.othersBecome', other.region, on);
    return general.known ? general.value : undefined;
  }

  private close(
    records: readonly RelationRecord[],
    day: DayNumber,
    status: 'suspended' | 'terminated',
    reason: string,
    fact: Fact,
  ): void {
    for (const record of records) {
      const last = record.statuses.at(-1);
      if (!last) continue;
      // A death is told last, and may lie before what was registered after it.
      const stands = last.from <= day && (last.status === 'terminated' || last.status === status);
      if (stands) continue;
      this.setStatus(record, day, status, reason, fact.events);
    }
  }

  private setStatus(
    record: RelationRecord,
    from: DayNumber,
    status: RelationStatus['status'],
    reason: string | undefined,
    events: string[],
  ): void {
    if (record.statuses.at(-1)?.status === 'normal' && status === 'normal') return;
    while (record.statuses.length > 0 && record.statuses.at(-1)!.from >= from) record.statuses.pop();
    const last = record.statuses.at(-1);
    if (last) last.through = from - 1;
    record.statuses.push({
      from,
      through: OPEN,
      status,
      ...(reason === undefined ? {} : { reason }),
      events: [...events],
    });
  }

  private of(scheme: Scheme, region: string): RelationRecord[] {
    return this.records.filter((record) => record.scheme === scheme && record.region === region);
  }

  private record(scheme: Scheme, region: string, participation: Participation): RelationRecord {
    const found = this.records.find(
      (record) => record.scheme === scheme && record.region === region && record.participation === participation,
    );
    if (found) return found;
    const record: RelationRecord = { scheme, region, participation, statuses: [] };
    this.records.push(record);
    return record;
  }
}

/** Where another relation paid the same months first, the payment opens no run of its own; it still shows a relation. */
function firstMonthDay({ data }: Fact<'Paid'>): DayNumber | undefined {
  return data.feeMonths && firstDayOf(monthNumber(data.feeMonths.from));
}

function isOpenNormal(record: RelationRecord): boolean {
  return record.statuses.at(-1)?.status === 'normal';
}
