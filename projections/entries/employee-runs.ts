import {
  OPEN,
  dayNumber,
  firstDayOf,
  lastDayOf,
  monthNumber,
  monthOf,
  toDay,
  toMonth,
  yearOfMonth,
  type DayNumber,
  type MonthNumber,
} from '../../libs/calendar';
import {
  poolOf,
  type BreakLimit,
  type Gap,
  type Reading,
  type ShortBreak,
  type Wait,
} from '../../libs/policy/evaluation';
import type { WaitingCause } from '../answer/answer';
import { consecutiveMonths } from '../contribution';
import { runBeforeSwitch } from '../contribution/insured-months';
import { isShort } from '../contribution/short-break';
import type { Break, PausedDays, Switched, WaitingWindow, Waiver } from '../coverage/timeline';
import type { Fact } from '../history';
import { monthsEn, monthsZh, type Inquiry } from '../inquiry';
import { isCurrent, type FeeMonth, type PaymentRecord } from '../payments';
import { aidHeldOn } from './aid-held';
import { isPartOnly, leavePartsOpen } from './part-payment';
import { insuredAsResident } from './resident-months';
import { explainWaiver, explainWindow, startDay, windowFrom } from './waiting';

/** Fee months paid one after another, and what the entry into them gives. */
export interface EmployeeRun {
  months: FeeMonth[];
  /** Arrival of the payment that began it (CV-22). */
  arrival: DayNumber;
  /** First covered day, where it is known. */
  coverFrom?: DayNumber;
  /** What keeps the first covered day open. */
  open?: { question: string; gap: { why: Gap; rule?: string; needs?: string } };
  /** A flexible worker's new year within the run begins later than its first day: nothing before is covered (TL-2.2.3, A-39). */
  holes: { from: DayNumber; through: DayNumber }[];
  /** Window of a new flexible year within the run. */
  cause?: WaitingCause;
  /** Entered from the other scheme without waiting: from that day benefits are drawn here (JX-7.1). */
  switched?: Switched;
}

export interface EmployeeRuns {
  runs: EmployeeRun[];
  windows: WaitingWindow[];
  waivers: Waiver[];
  breaks: Break[];
  /** Back-paid months of a break that a rule gives benefits for. */
  restored: { paid: FeeMonth; rule: string }[];
  paused: PausedDays[];
  /** Months paid in a second pooling area beside the ones above: a duplicate, decided where duplicates are. */
  parallel: FeeMonth[];
}

interface Batch {
  payment: Fact<'Paid'>;
  arrival: DayNumber;
  months: FeeMonth[];
}

/** A break between the last paid fee month and a resumption. */
interface Gapped {
  from: MonthNumber;
  through: MonthNumber;
  backPaid: FeeMonth[];
}

/**
 * Walks the employee scheme's payments in order of arrival: which continue, which enter or re-enter, and what each entry
 * brings (CV-4, CV-14, CV-22, CV-23). Entries from before the pack's first day are settled: no window is computed (CV-21).
 */
export function employeeRuns(inquiry: Inquiry, payments: PaymentRecord): EmployeeRuns {
  return new Walk(inquiry, payments).result;
}

class Walk {
  readonly result: EmployeeRuns = {
    runs: [],
    windows: [],
    waivers: [],
    breaks: [],
    restored: [],
    paused: [],
    parallel: [],
  };
  private readonly backPaid = new Map<MonthNumber, FeeMonth>();
  private readonly batches: Batch[];
  private readonly transfers: readonly Fact<'Transferred'>[];
  private readonly registrations: Fact<'Registered'>[];
  /** Suspensions and terminations in order; `last` is the relation's last day. */
  private readonly endings: { day: DayNumber; last: DayNumber; region: string }[];
  private last: MonthNumber | undefined;

  constructor(
    private readonly inquiry: Inquiry,
    private readonly payments: PaymentRecord,
  ) {
    this.transfers = inquiry.facts('Transferred');
    this.registrations = inquiry.facts('Registered').filter(({ data }) => data.scheme === 'employee');
    this.endings = [...inquiry.facts('Suspended'), ...inquiry.facts('Terminated')]
      .filter(({ data }) => data.scheme === 'employee')
      .map(({ type, day, data }) => ({ day, last: type === 'Terminated' ? day - 1 : day, region: data.region }))
      .sort((a, b) => a.day - b.day);
    leavePartsOpen(inquiry, payments);
    this.batches = this.collect();
    for (const batch of this.batches) this.take(batch);
    this.runningBreak();
  }

  private collect(): Batch[] {
    const byPayment = new Map<string, Batch>();
    for (const paid of this.payments.months) {
      if (paid.refundedOn !== undefined) continue;
      if (!isCurrent(paid.kind) || isPartOnly(this.inquiry, paid)) {
        if (paid.kind !== 'backUnregistered') this.noteBackPaid(paid);
        continue;
      }
      const batch = byPayment.get(paid.payment.id);
      if (batch) batch.months.push(paid);
      else byPayment.set(paid.payment.id, { payment: paid.payment, arrival: paid.arrival, months: [paid] });
    }
    return [...byPayment.values()].sort(
      (a, b) =>
        a.arrival - b.arrival || a.months[0]!.month - b.months[0]!.month || (a.payment.id < b.payment.id ? -1 : 1),
    );
  }

  private noteBackPaid(paid: FeeMonth): void {
    const known = this.backPaid.get(paid.month);
    if (!known || (!known.full && paid.full)) this.backPaid.set(paid.month, paid);
  }

  private take(batch: Batch): void {
    const last = this.lastKnown(batch);
    const fresh = last === undefined ? batch.months : batch.months.filter(({ month }) => month > last);
    // A month that arrives after a later one was paid makes up for the past, whatever its kind says (CV-4).
    const paidAlready = this.result.runs.at(-1)?.months;
    for (const paid of batch.months) {
      if (last === undefined || paid.month > last) continue;
      const twin = this.findPaid(paid.month);
      if (!twin) this.noteBackPaid(paid);
      else if (poolOf(twin.region) !== poolOf(paid.region)) this.result.parallel.push(paid);
      else if (paidAlready && twin.participation === 'flexible' && paid.participation === 'employed')
        this.replace(twin, paid);
    }
    const first = fresh[0];
    if (!first) return;

    const run = this.result.runs.at(-1);
    if (run && last !== undefined && first.month === last + 1 && !this.fromUnruled(run, first)) {
      if (!this.newFlexibleYear(batch, fresh, last)) run.months.push(...fresh);
    } else {
      this.enter(batch, fresh, last);
    }
    const entered = this.result.runs.at(-1)!;
    const waitingThrough = this.waitingThrough();
    if (entered.coverFrom !== undefined && waitingThrough !== undefined)
      entered.coverFrom = Math.max(entered.coverFrom, waitingThrough + 1);
    this.last = fresh[fresh.length - 1]!.month;
  }

  /** Whether the months so far were paid where no pack rules, and these are not: the rules here decide from here on. */
  private fromUnruled(run: EmployeeRun, first: FeeMonth): boolean {
    const before = run.months[run.months.length - 1]!;
    return this.inquiry.firstDay(before.region) === undefined && this.inquiry.firstDay(first.region) !== undefined;
  }

  /** A month paid by a flexible worker and by an employer is one month; the employer relation is kept. */
  private replace(twin: FeeMonth, paid: FeeMonth): void {
    for (const run of this.result.runs) {
      const index = run.months.indexOf(twin);
      if (index >= 0) run.months[index] = paid;
    }
  }

  private findPaid(month: MonthNumber): FeeMonth | undefined {
    for (const run of this.result.runs) {
      const first = run.months[0]!.month;
      const found = run.months[month - first];
      if (found?.month === month) return found;
    }
    return undefined;
  }

  /** The last fee month known to be paid before the batch, here or where a transfer came from. */
  private lastKnown(batch: Batch): MonthNumber | undefined {
    let last = this.last;
    if (this.transfers.length === 0) return last;
    for (const { data } of this.transfersBefore(batch)) {
      if (data.lastPaidMonth === undefined) continue;
      const month = monthNumber(data.lastPaidMonth);
      if (last === undefined || month > last) last = month;
    }
    return last;
  }

  /**
   * Transfers that tell of the months before a payment: those taken in by its arrival, and those taken in here later that name
   * an earlier last month, unless it was said to be the first time.
   */
  private transfersBefore(batch: Batch): readonly Fact<'Transferred'>[] {
    const first = batch.months[0]!;
    const said = batch.payment.data.firstTime ?? this.registrationFor(batch, first)?.data.firstTime;
    return this.transfers.filter(
      ({ day, data }) =>
        day <= batch.arrival ||
        (said !== true &&
          data.lastPaidMonth !== undefined &&
          monthNumber(data.lastPaidMonth) < first.month &&
          poolOf(data.toRegion) === poolOf(first.region)),
    );
  }

  private enter(batch: Batch, fresh: FeeMonth[], last: MonthNumber | undefined): void {
    const { inquiry } = this;
    const first = fresh[0]!;
    const run: EmployeeRun = { months: [...fresh], arrival: batch.arrival, holes: [] };
    const gapped = last !== undefined && first.month > last + 1 ? this.gap(last + 1, first.month - 1) : undefined;
    const firstDay = inquiry.firstDay(first.region);
    this.result.runs.push(run);

    if (firstDay === undefined || inquiry.isSettled(batch.payment, first.region)) {
      // Settled before the pack's first day (CV-21); a region without any pack stays open.
      if (gapped) this.keepBreak(gapped, first.region, false);
      run.coverFrom = firstDayOf(first.month);
      if (firstDay === undefined)
        run.open = { question: 'waitingPeriods', gap: { why: 'silent', needs: `pack:${first.region}` } };
      return;
    }
    if (gapped) this.leftInArrears(gapped.from, batch.arrival);
    const resident = this.stillEmployed(batch, first, last) ? undefined : this.switchedTo(first, batch);
    if (resident) this.switchIn(run, batch, first, resident, last);
    else if (this.isFirstTime(batch, first, last)) this.firstTime(run, batch, first);
    else if (last === undefined) this.takenOver(run, batch, first);
    else if (first.participation === 'flexible' && this.flexible(run, batch, first)) {
      if (gapped) this.keepBreak(gapped, first.region, false);
    } else if (gapped) this.resume(run, batch, first, gapped);
    else run.coverFrom = firstDayOf(first.month);
  }

  /** History taken over from elsewhere: nothing says that it began here, so its months count as continuing. */
  private takenOver(run: EmployeeRun, batch: Batch, first: FeeMonth): void {
    run.coverFrom = firstDayOf(first.month);
    const moved = this.transfers.find(({ day, data }) => day <= batch.arrival && data.lastPaidMonth === undefined);
    if (moved && this.payments.months.every(({ arrival }) => arrival >= batch.arrival)) {
      run.open = { question: 'interruptions', gap: { why: 'external', needs: 'lastPaidMonth' } };
    }
  }

  // ---- first time ----

  /** The registration behind a payment: the last by its arrival, or one that begins within the fee month paid ahead. */
  private registrationFor(batch: Batch, first: FeeMonth): Fact<'Registered'> | undefined {
    const here = this.registrations.filter(({ data }) => data.region === first.region);
    return (
      here.findLast(({ day }) => day <= batch.arrival) ??
      here.find(({ day }) => day > batch.arrival && day <= lastDayOf(first.month))
    );
  }

  private isFirstTime(batch: Batch, first: FeeMonth, last: MonthNumber | undefined): boolean {
    if (last !== undefined || this.transfersBefore(batch).length > 0) return false;
    const said = batch.payment.data.firstTime;
    if (said !== undefined) return said;
    const registered = this.registrationFor(batch, first);
    if (!registered) return false;
    if (registered.data.firstTime !== undefined) return registered.data.firstTime;
    const earlier = this.inquiry
      .facts('YearsRecognised')
      .some(({ day, data }) => day <= batch.arrival && data.kind !== 'deemed');
    const earlierRegistration = this.registrations.some(({ day, id }) => day < registered.day && id !== registered.id);
    return !earlier && !earlierRegistration && this.endings.every(({ day }) => day >= registered.day);
  }

  private firstTime(run: EmployeeRun, batch: Batch, first: FeeMonth): void {
    const { inquiry } = this;
    const { region } = first;
    if (first.participation === 'flexible') {
      const governs = inquiry.read('flexible.firstTime', region, batch.arrival);
      if (governs.known && governs.value === 'flexible') {
        const otherwise = inquiry.read('flexible.otherwise', region, batch.arrival);
        if (otherwise.known) {
          this.wait(run, batch, first, 'flexible', otherwise.value, otherwise.rule);
          return;
        }
      }
    }
    if (this.graduate(run, batch, first, 'firstTime') || this.armySpouse(run, batch, first, 'firstTime')) return;
    const wait = inquiry.read('firstTime.wait', region, batch.arrival);
    if (wait.known) this.wait(run, batch, first, 'firstTime', wait.value, wait.rule);
    else this.leaveOpen(run, 'firstTime.wait', wait);
  }

  private graduate(run: EmployeeRun, batch: Batch, first: FeeMonth, cause: WaitingCause): boolean {
    const registered = this.registrationFor(batch, first);
    if (!registered?.data.freshGraduate || first.participation !== 'employed') return false;
    const exempt = this.inquiry.read('firstTime.graduateExempt', first.region, batch.arrival);
    if (!exempt.known || !exempt.value) return false;
    this.waive(run, batch, first, cause, exempt.rule, registered.events, {
      zh: '应届毕业生新入职并首次参保',
      en: 'a first job and first enrolment in the year of graduation',
    });
    return true;
  }

  private armySpouse(run: EmployeeRun, batch: Batch, first: FeeMonth, cause: WaitingCause): boolean {
    const released = this.inquiry
      .facts('MilitarySpouseReleased')
      .find(({ data }) => dayNumber(data.soldierDischargedOn) <= batch.arrival);
    if (!released || first.participation !== 'employed') return false;
    const exempt = this.inquiry.read('firstTime.armySpouseExempt', first.region, batch.arrival);
    if (!exempt.known || !exempt.value) return false;
    this.waive(run, batch, first, cause, exempt.rule, released.events, {
      zh: '属于随军未就业配偶实现就业后参保',
      en: 'employment of a spouse formerly provided for by the army',
    });
    return true;
  }

  // ---- switch between schemes ----

  /** The resident months from which this payment switches, when the resident scheme was the last one. */
  private switchedTo(first: FeeMonth, batch: Batch): { last: MonthNumber } | undefined {
    const resident = insuredAsResident(this.payments, batch.arrival).filter(
      ({ from }) => this.last === undefined || from > this.last,
    );
    const before = resident.filter(({ from }) => from < first.month || from <= monthOf(batch.arrival));
    if (before.length === 0) return undefined;
    return { last: Math.max(...before.map(({ through }) => through)) };
  }

  private switchIn(
    run: EmployeeRun,
    batch: Batch,
    first: FeeMonth,
    resident: { last: MonthNumber },
    last: MonthNumber | undefined,
  ): void {
    const { inquiry } = this;
    const { region } = first;
    const on = batch.arrival;
    const gapped = first.month > resident.last + 1 ? this.gap(resident.last + 1, first.month - 1) : undefined;
    const neverEmployee = last === undefined && this.firstEver(batch, first);

    const aid = aidHeldOn(inquiry, on);
    if (aid.length > 0) {
      const waived = inquiry.read('aided.switchWaived', region, on);
      if (waived.known && waived.value) {
        if (gapped) this.keepBreak(gapped, region, false);
        this.waive(
          run,
          batch,
          first,
          'schemeSwitch',
          waived.rule,
          aid.flatMap(({ events }) => events),
          {
            zh: '属于资助参保对象',
            en: 'being under the premium-subsidy policy',
          },
        );
        return;
      }
    }
    if (neverEmployee) {
      const firstJob = inquiry.read('switch.firstJob', region, on);
      if (firstJob.known && firstJob.value === 'firstTime') {
        this.firstTime(run, batch, first);
        return;
      }
    }
    if (this.armySpouse(run, batch, first, 'schemeSwitch')) return;
    const limit = inquiry.read('switch.limit', region, on);
    const minimum = inquiry.read('switch.minimum', region, on);
    if (!limit.known || !minimum.known) {
      if (gapped) this.keepBreak(gapped, region, false);
      if (neverEmployee) this.firstTime(run, batch, first);
      else this.leaveOpen(run, 'switch', limit.known ? minimum : limit);
      return;
    }
    const long = gapped !== undefined && !isShort(limit.value, gapped, on);
    const through = Math.min(resident.last, first.month - 1);
    const months = consecutiveMonths(inquiry, this.payments, {
      scheme: minimum.value.scope === 'sameScheme' ? 'resident' : undefined,
      through,
      on,
    });
    const { enough, ...count } = runBeforeSwitch(months, through, minimum.value);
    const shortAndEnough = enough && !long;
    if (gapped && !shortAndEnough) this.keepBreak(gapped, region, false);
    if (!enough) {
      const underAndLong = inquiry.read('switch.underAndLong', region, on);
      if (!(long && underAndLong.known && underAndLong.value === 'long')) {
        if (neverEmployee) {
          this.firstTime(run, batch, first);
          return;
        }
        const under = inquiry.read('switch.under', region, on);
        if (under.known) this.wait(run, batch, first, 'schemeSwitch', under.value, under.rule, count);
        else this.leaveOpen(run, 'switch.under', under);
        return;
      }
    }
    if (long) {
      // The exemption of a first enrolment holds for whoever was a resident for years as well.
      if (neverEmployee && this.graduate(run, batch, first, 'schemeSwitch')) return;
      const rule = inquiry.read('switch.long', region, on);
      if (rule.known)
        this.wait(
          run,
          batch,
          first,
          'schemeSwitch',
          rule.value,
          rule.rule,
          enough && gapped ? overLimit(gapped, limit.value) : count,
        );
      else this.leaveOpen(run, 'switch.long', rule);
      return;
    }
    const short = inquiry.read('switch.short', region, on);
    if (short.known)
      this.shortBreak(run, batch, first, gapped, short, 'schemeSwitch', inquiry.read('switch.long', region, on));
    else {
      if (gapped) this.keepBreak(gapped, region, false);
      this.leaveOpen(run, 'switch.short', short);
    }
  }

  /** First day of the new relation: its registration after the resident premium was paid, or else the payment itself. */
  private switchDay(batch: Batch, first: FeeMonth): DayNumber {
    const registered = this.registrationFor(batch, first);
    const stillResident =
      registered && this.payments.years.some(({ arrival }) => registered.day <= arrival && arrival <= batch.arrival);
    return registered && !stillResident ? registered.day : batch.arrival;
  }

  /** Whether the person was never in the employee scheme as far as anyone says. */
  private firstEver(batch: Batch, first: FeeMonth): boolean {
    if (this.transfersBefore(batch).length > 0) return false;
    const said = batch.payment.data.firstTime ?? this.registrationFor(batch, first)?.data.firstTime;
    if (said !== undefined) return said;
    return !this.inquiry
      .facts('YearsRecognised')
      .some(({ day, data }) => day <= batch.arrival && data.kind !== 'deemed');
  }

  // ---- flexible years ----

  /** A flexible worker's first payment of a year; false when no rule of that kind applies. */
  private flexible(run: EmployeeRun, batch: Batch, first: FeeMonth): boolean {
    const { inquiry } = this;
    const { region } = first;
    const year = yearOfMonth(first.month);
    const paidBefore = this.findAnyOfYear(year, batch);
    if (paidBefore) return false;
    const full = inquiry.read('flexible.priorYearFull', region, batch.arrival);
    if (!full.known) return false;
    const within = inquiry.read('flexible.crossYearExcluded', region, batch.arrival);
    const missing = this.missingOfYear(year - 1, within.known && within.value);
    if (missing === 0) {
      const before = inquiry.read('flexible.yearBeforeArrival', region, batch.arrival);
      const arrived = startDay(full.value.start, batch.arrival);
      const wholeYear = before.known && before.value === 'covered';
      run.coverFrom = wholeYear ? firstDayOf(first.month) : Math.max(arrived, firstDayOf(first.month));
      inquiry.because({
        claim: 'coverage',
        rule: full.rule,
        events: batch.payment.events,
        zh: `灵活就业人员 ${year - 1} 年已在当年足额缴费，${year} 年保费于 ${toDay(batch.arrival)} 到账，不设等待期，自 ${toDay(run.coverFrom)} 起享受待遇。`,
        en: `The flexible worker paid ${year - 1} in full within that year; the premium of ${year} arrived on ${toDay(batch.arrival)}, so there is no waiting and benefits begin on ${toDay(run.coverFrom)}.`,
      });
      return true;
    }
    const otherwise = inquiry.read('flexible.otherwise', region, batch.arrival);
    if (!otherwise.known) return false;
    this.wait(run, batch, first, 'flexible', otherwise.value, otherwise.rule, {
      zh: `${year - 1} 年有 ${missing} 个月未在当年足额缴费`,
      en: `${missing} month(s) of ${year - 1} were not paid within that year`,
    });
    return true;
  }

  private findAnyOfYear(year: number, batch: Batch): boolean {
    return this.result.runs.some((run) =>
      run.months.some(({ month, payment }) => yearOfMonth(month) === year && payment.id !== batch.payment.id),
    );
  }

  private missingOfYear(year: number, withinYear: boolean): number {
    const end = lastDayOf(year * 12 + 11);
    const paid = new Set<MonthNumber>();
    for (const { month, arrival, refundedOn, full } of this.payments.months) {
      if (yearOfMonth(month) === year && refundedOn === undefined && full && (!withinYear || arrival <= end))
        paid.add(month);
    }
    return 12 - paid.size;
  }

  /** A flexible worker's new year that follows the old one without a gap still begins with its arrival. */
  private newFlexibleYear(batch: Batch, fresh: FeeMonth[], last: MonthNumber): boolean {
    const first = fresh[0]!;
    if (first.participation !== 'flexible' || yearOfMonth(first.month) === yearOfMonth(last)) return false;
    const firstDay = this.inquiry.firstDay(first.region);
    if (firstDay === undefined || this.inquiry.isSettled(batch.payment, first.region)) return false;
    const run: EmployeeRun = { months: [...fresh], arrival: batch.arrival, holes: [] };
    this.result.runs.push(run);
    if (this.flexible(run, batch, first)) return true;
    this.result.runs.pop();
    return false;
  }

  // ---- breaks ----

  private gap(from: MonthNumber, through: MonthNumber): Gapped {
    const backPaid: FeeMonth[] = [];
    for (let month = from; month <= through; month++) {
      const paid = this.backPaid.get(month);
      if (paid) backPaid.push(paid);
    }
    return { from, through, backPaid };
  }

  private resume(run: EmployeeRun, batch: Batch, first: FeeMonth, gapped: Gapped): void {
    const { inquiry } = this;
    const on = batch.arrival;
    if (this.employerArrears(run, batch, first, gapped)) return;
    if (this.armySpouse(run, batch, first, 'interruption')) {
      this.keepBreak(gapped, first.region, false);
      return;
    }
    const family = this.transferredInto(batch, first, gapped.from) ? 'transfer' : 'interruption';
    const limit = inquiry.read(`${family}.limit`, first.region, on);
    const long = inquiry.read(`${family}.long`, first.region, on);
    if (!limit.known) {
      // A published waiting length settles what the document leaves open, whatever the break's length.
      this.keepBreak(gapped, first.region, false);
      if (long.known) this.wait(run, batch, first, family, long.value, long.rule);
      else this.leaveOpen(run, `${family}.limit`, long.needs === undefined ? limit : long);
      return;
    }
    if (isShort(limit.value, gapped, on)) {
      const short = inquiry.read(`${family}.short`, first.region, on);
      if (short.known) this.shortBreak(run, batch, first, gapped, short, family, long, limit);
      else {
        this.keepBreak(gapped, first.region, false);
        this.leaveOpen(run, `${family}.short`, short);
      }
      return;
    }
    this.keepBreak(gapped, first.region, false);
    if (long.known) this.wait(run, batch, first, family, long.value, long.rule, overLimit(gapped, limit.value));
    else this.leaveOpen(run, `${family}.long`, long);
  }

  private shortBreak(
    run: EmployeeRun,
    batch: Batch,
    first: FeeMonth,
    gapped: Gapped | undefined,
    short: { value: ShortBreak; rule: string },
    cause: WaitingCause,
    long: Reading<Wait>,
    limit?: { value: BreakLimit },
  ): void {
    const { restoreGap, backPayment, partial, start } = short.value;
    const months = gapped ? gapped.through - gapped.from + 1 : 0;
    const full = gapped ? gapped.backPaid.filter((paid) => paid.full) : [];
    const whole = full.length === months;
    const block =
      gapped && restoreGap ? (whole ? full : partial === 'contiguous' ? contiguousTo(gapped.through, full) : []) : [];
    if (gapped && backPayment === 'required' && !whole && block.length === 0) {
      this.keepBreak(gapped, first.region, false);
      if (long.known) {
        this.wait(run, batch, first, cause, long.value, long.rule, {
          zh: `${monthsZh(gapped.from, gapped.through)} 共 ${months} 个月未缴且未全部补缴`,
          en: `${months} month(s), ${monthsEn(gapped.from, gapped.through)}, are unpaid and not all back-paid`,
        });
      } else this.leaveOpen(run, `${cause}.long`, long);
      return;
    }
    const restored = block;
    if (gapped) this.keepBreak(gapped, first.region, restored.length === months);
    this.result.restored.push(...restored.map((paid) => ({ paid, rule: short.rule })));
    const continues = months === 0 || restored.length > 0;
    run.coverFrom = continues
      ? Math.min(firstDayOf(first.month), Math.max(startDay(start, batch.arrival), firstDayOf(first.month)))
      : Math.max(startDay(start, batch.arrival), firstDayOf(first.month));
    if (months === 0 && cause === 'schemeSwitch') {
      run.coverFrom = Math.max(startDay(start, batch.arrival), firstDayOf(first.month));
    }
    if (cause === 'schemeSwitch')
      run.switched = {
        on: this.switchDay(batch, first),
        payment: batch.payment,
        rule: short.rule,
      };
    const spanZh = gapped ? `${monthsZh(gapped.from, gapped.through)} 共 ${months} 个月未缴` : '没有中断';
    const spanEn = gapped
      ? `${months} month(s), ${monthsEn(gapped.from, gapped.through)}, were unpaid`
      : 'there was no break';
    const limitZh = limit && gapped ? `，没有超过 ${limit.value.months} 个月` : '';
    const limitEn = limit && gapped ? `, not over ${limit.value.months} months` : '';
    const backZh = restored.length > 0 ? `，已补缴 ${restored.length} 个月并恢复其间待遇` : '';
    const backEn =
      restored.length > 0 ? `; ${restored.length} month(s) were back-paid and their benefits are restored` : '';
    this.inquiry.because({
      claim: 'coverage',
      rule: short.rule,
      events: [...batch.payment.events, ...new Set(restored.flatMap(({ payment }) => payment.events))],
      arithmetic: `${spanZh}${limitZh}${backZh}`,
      zh: `${spanZh}${limitZh}${backZh}；不设等待期，自 ${toDay(run.coverFrom)} 起享受待遇。`,
      en: `${capital(spanEn)}${limitEn}${backEn}; no waiting applies and benefits run from ${toDay(run.coverFrom)}.`,
    });
  }

  /** An interruption that the employer caused, nothing having been registered anew (JL-24, A-09); false where it is none. */
  private employerArrears(run: EmployeeRun, batch: Batch, first: FeeMonth, broken: Gapped): boolean {
    const { inquiry } = this;
    const { region } = first;
    const on = batch.arrival;
    if (first.participation !== 'employed' || !this.stayedRegistered(broken.from, region, on)) return false;
    const pause = inquiry.read('arrears.pauseFrom', region, on);
    if (!pause.known) return false;
    const gapped = this.gap(this.pastSettled(broken.from, broken.through, region), broken.through);
    const months = gapped.through - gapped.from + 1;
    const full = gapped.backPaid.filter((paid) => paid.full);
    const settledOn = full.length === months ? Math.max(...full.map(({ arrival }) => arrival)) : undefined;
    const restore = inquiry.read('arrears.restore', region, on);
    const over = inquiry.read('arrears.over', region, on);
    const pausedFrom = this.pauseFrom(pause.value, gapped.from, region);
    const events = [...batch.payment.events, ...new Set(full.flatMap(({ payment }) => payment.events))];

    const withinLimit =
      settledOn !== undefined &&
      restore.known &&
      isShort(restore.value, { from: gapped.from, through: Math.max(gapped.from, monthOf(settledOn) - 1) }, settledOn);
    if (withinLimit && restore.known) {
      this.giveBack(gapped, settledOn, full, region, restore, batch.payment.events);
      run.coverFrom = firstDayOf(first.month);
      return true;
    }
    this.keepBreak(gapped, region, false);
    if (over.known && over.value === 'interruption' && restore.known && !isShort(restore.value, gapped, on)) {
      const long = inquiry.read('interruption.long', region, on);
      if (long.known)
        this.wait(run, batch, first, 'interruption', long.value, long.rule, overLimit(gapped, restore.value));
      else this.leaveOpen(run, 'interruption.long', long);
      return true;
    }
    // Settled before the resumed month began: the month of the settlement is paid, and benefits come back within it.
    const settledEarly = settledOn !== undefined && monthOf(settledOn) <= gapped.through;
    if (settledEarly) run.months.unshift(...full.filter(({ month }) => month >= monthOf(settledOn)));
    const resumedOn = settledEarly ? settledOn : Math.max(settledOn ?? OPEN, on, firstDayOf(first.month));
    const until = settledOn === undefined ? OPEN : resumedOn - 1;
    run.coverFrom = until === OPEN ? OPEN : until + 1;
    this.result.paused.push({ scheme: 'employee', region, from: pausedFrom, through: until, rule: pause.rule, events });
    inquiry.because({
      claim: 'benefit',
      rule: over.known && settledOn !== undefined ? over.rule : pause.rule,
      events,
      arithmetic: `${monthsZh(gapped.from, gapped.through)} 共 ${months} 个月未按时缴费`,
      zh:
        settledOn === undefined
          ? `单位自 ${toMonth(gapped.from)} 起中断缴费，欠费尚未足额补缴，职工待遇自 ${toDay(pausedFrom)} 起暂停。`
          : `单位中断缴费 ${monthsZh(gapped.from, gapped.through)} 共 ${months} 个月，${toDay(settledOn)} 才足额补缴；待遇自 ${toDay(until + 1)} 起恢复，中断期间待遇不予追溯，年限和个人账户可补记。`,
      en:
        settledOn === undefined
          ? `The employer has not paid since ${toMonth(gapped.from)} and the arrears are not settled in full; the staff's benefits are paused from ${toDay(pausedFrom)}.`
          : `The employer's arrears of ${months} month(s), ${monthsEn(gapped.from, gapped.through)}, were settled in full only on ${toDay(settledOn)}; benefits resume on ${toDay(until + 1)} and not for the interruption itself, while years and account are made up.`,
    });
    return true;
  }

  /**
   * The first month of an employer's arrears that is left after the stretches settled in full and in time, one after another
   * and before the last month `through`: each of them is an interruption of its own and is given back (JL-24.3).
   */
  private pastSettled(first: MonthNumber, through: MonthNumber, region: string): MonthNumber {
    for (let from = first; ;) {
      const full: FeeMonth[] = [];
      let on = -Infinity;
      let settled = false;
      for (let month = from; month <= through; month++) {
        const paid = this.backPaid.get(month);
        if (!paid?.full || (settled && paid.arrival > on)) break;
        full.push(paid);
        on = Math.max(on, paid.arrival);
        settled ||= month >= monthOf(on) - 1;
      }
      const next = from + full.length;
      if (!settled || next > through) return from;
      const restore = this.inquiry.read('arrears.restore', region, on);
      const arrears = { from, through: Math.max(from, monthOf(on) - 1) };
      if (!restore.known || !isShort(restore.value, arrears, on)) return from;
      this.giveBack({ from, through: next - 1, backPaid: full }, on, full, region, restore, []);
      from = next;
    }
  }

  private giveBack(
    gapped: Gapped,
    settledOn: DayNumber,
    full: readonly FeeMonth[],
    region: string,
    restore: { value: BreakLimit; rule: string },
    events: readonly string[],
  ): void {
    const months = gapped.through - gapped.from + 1;
    this.keepBreak(gapped, region, true);
    this.result.restored.push(...full.map((paid) => ({ paid, rule: restore.rule })));
    this.inquiry.because({
      claim: 'coverage',
      rule: restore.rule,
      events: [...events, ...new Set(full.flatMap(({ payment }) => payment.events))],
      arithmetic: `${monthsZh(gapped.from, gapped.through)} 共 ${months} 个月，${toDay(settledOn)} 足额补缴，未超过 ${restore.value.months} 个月`,
      zh: `单位中断缴费 ${monthsZh(gapped.from, gapped.through)} 共 ${months} 个月，于 ${toDay(settledOn)} 足额补缴，未超过 ${restore.value.months} 个月，中断期间待遇予以追溯。`,
      en: `The employer's interruption of ${months} month(s), ${monthsEn(gapped.from, gapped.through)}, was paid in full on ${toDay(settledOn)}, within ${restore.value.months} months; the benefits of the interruption are restored.`,
    });
  }

  /**
   * Whole months that an employer owed when the person left, before `until`: benefits are paused to the relation's last day,
   * and given back for what is settled in full in time (JL-24.1, JL-24.3). A month that the relation did not outlast is no
   * employer's arrears.
   */
  private leftInArrears(unpaidFrom: MonthNumber, until: DayNumber): void {
    const { inquiry } = this;
    const before = this.result.runs.findLast(({ months }) => months[0]!.month < unpaidFrom)?.months.at(-1);
    if (before?.participation !== 'employed' || before.month !== unpaidFrom - 1) return;
    const { region } = before;
    const left = this.endings.find(
      (ending) => ending.last >= lastDayOf(unpaidFrom) && poolOf(ending.region) === poolOf(region),
    );
    if (!left || left.day >= until || !this.stayedRegistered(unpaidFrom, region, left.day - 1)) return;
    const from = this.pastSettled(unpaidFrom, monthOf(left.last), region);
    const owedThrough = monthOf(left.last + 1) - 1;
    const backPaid: FeeMonth[] = [];
    for (let month = from; month <= monthOf(left.last) && this.backPaid.get(month)?.full; month++)
      backPaid.push(this.backPaid.get(month)!);
    const firstDay = inquiry.firstDay(region);
    if (firstDay === undefined) return;
    const settledOn =
      backPaid.length > 0 ? Math.max(...backPaid.map(({ arrival }) => arrival)) : Math.max(firstDayOf(from), firstDay);
    const pause = inquiry.read('arrears.pauseFrom', region, settledOn);
    if (settledOn < firstDay || left.last < firstDay || !pause.known) return;
    const restore = inquiry.read('arrears.restore', region, settledOn);
    const settled = from + backPaid.length > Math.min(owedThrough, monthOf(settledOn) - 1);
    const arrears = { from, through: Math.max(from, monthOf(settledOn) - 1) };
    const within = backPaid.length > 0 && settled && restore.known && isShort(restore.value, arrears, settledOn);
    if (within) this.result.restored.push(...backPaid.map((paid) => ({ paid, rule: restore.rule })));
    const stillOwed = within ? from + backPaid.length : from;
    if (stillOwed > owedThrough) return;
    const span = { from: this.pauseFrom(pause.value, stillOwed, region), through: left.last };
    this.result.paused.push({ scheme: 'employee', region, ...span, rule: pause.rule, events: before.payment.events });
  }

  /** First day of the pause, or the first day the rules know of (CV-21). */
  private pauseFrom(kind: 'firstUnpaidMonth' | 'afterMissedDueDate', month: MonthNumber, region: string): DayNumber {
    return Math.max(this.firstPaused(kind, month, region), this.inquiry.firstDay(region) ?? -Infinity);
  }

  private firstPaused(kind: 'firstUnpaidMonth' | 'afterMissedDueDate', month: MonthNumber, region: string): DayNumber {
    if (kind === 'firstUnpaidMonth') return firstDayOf(month);
    const due = this.inquiry
      .facts('Assessed')
      .find(({ data }) => data.region === region && data.feeMonth !== undefined && monthNumber(data.feeMonth) === month)
      ?.data.dueOn;
    return due === undefined ? firstDayOf(month) : dayNumber(due) + 1;
  }

  /** Registered here, never ended: who joined the resident scheme meanwhile (TL-2.2.4) resumes, and does not switch. */
  private stillEmployed(batch: Batch, first: FeeMonth, last: MonthNumber | undefined): boolean {
    if (last === undefined || first.participation !== 'employed') return false;
    const here = poolOf(first.region);
    const registered = this.registrations.some(
      ({ day, data }) => day <= lastDayOf(last) && poolOf(data.region) === here,
    );
    return registered && this.stayedRegistered(last + 1, first.region, batch.arrival);
  }

  /** Neither ended nor registered anew since the last paid month: the relation of the run before still stands. */
  private stayedRegistered(from: MonthNumber, region: string, on: DayNumber): boolean {
    const here = poolOf(region);
    const run = this.result.runs.findLast(({ months }) => months[0]!.month < from);
    if (!run || poolOf(run.months[run.months.length - 1]!.region) !== here) return false;
    const unpaidFrom = firstDayOf(from);
    const reopened = (ending: DayNumber) => this.registrations.some(({ day }) => day > ending && day < unpaidFrom);
    const anew = this.registrations.some(
      ({ day, data }) => day >= unpaidFrom && day <= on && poolOf(data.region) === here,
    );
    const ended = this.endings.some(({ day }) => day >= run.arrival && day <= on && !reopened(day));
    return !anew && !ended && !this.transfers.some(({ day }) => day >= firstDayOf(from - 1) && day <= on);
  }

  private transferredInto(batch: Batch, first: FeeMonth, from: MonthNumber): boolean {
    const here = poolOf(first.region);
    const since = firstDayOf(from) - 31;
    const moved = this.transfersBefore(batch).some(
      ({ day, data }) => day >= since && poolOf(data.toRegion) === here && poolOf(data.fromRegion) !== here,
    );
    if (moved) return true;
    const before = this.result.runs.at(-2)?.months.at(-1);
    return before !== undefined && poolOf(before.region) !== here;
  }

  /** A break that no current payment has ended yet: back-paid months at its start, and an employer's arrears. */
  private runningBreak(): void {
    const { inquiry } = this;
    if (this.last === undefined) return;
    const before = this.result.runs.at(-1)!.months.at(-1)!;
    const { region } = before;
    const stays = before.participation === 'employed' && this.stayedRegistered(this.last + 1, region, OPEN);
    const last = stays ? this.pastSettled(this.last + 1, OPEN, region) - 1 : this.last;
    const backPaid: FeeMonth[] = [];
    for (let month = last + 1; this.backPaid.has(month); month++) backPaid.push(this.backPaid.get(month)!);
    const until = firstDayOf(last + 1);
    const firstDay = inquiry.firstDay(region);
    if (firstDay === undefined) return;
    const on = backPaid.length > 0 ? Math.max(...backPaid.map(({ arrival }) => arrival)) : Math.max(until, firstDay);
    if (on < firstDay) return;
    const owed = { from: last + 1, through: Math.max(last + backPaid.length, monthOf(on) - 1) };
    const full = backPaid.every((paid) => paid.full);
    const pause = inquiry.read('arrears.pauseFrom', region, on);
    if (stays && pause.known) {
      const restore = inquiry.read('arrears.restore', region, on);
      const settled = backPaid.length > 0 && full && owed.through === last + backPaid.length;
      const within = settled && restore.known && isShort(restore.value, owed, on);
      if (within && restore.known) this.result.restored.push(...backPaid.map((paid) => ({ paid, rule: restore.rule })));
      const paused = { scheme: 'employee' as const, region, rule: pause.rule, events: before.payment.events };
      const over = inquiry.read('arrears.over', region, on);
      const late = settled && !within && monthOf(on) <= owed.through && over.known && over.value !== 'interruption';
      if (late) {
        // Paid in full through the month of the settlement, but too late for the days before it (JL-24.4).
        const months = backPaid.filter(({ month }) => month >= monthOf(on));
        this.result.runs.push({ months, arrival: on, coverFrom: on, holes: [] });
        this.result.paused.push({ ...paused, from: this.pauseFrom(pause.value, last + 1, region), through: on - 1 });
        inquiry.because({
          claim: 'benefit',
          rule: over.rule,
          events: [...new Set(backPaid.flatMap(({ payment }) => payment.events))],
          zh: `单位中断缴费 ${monthsZh(last + 1, owed.through)} 共 ${backPaid.length} 个月，${toDay(on)} 才足额补缴；待遇自 ${toDay(on)} 起恢复，此前中断期间待遇不予追溯。`,
          en: `The employer's arrears of ${backPaid.length} month(s), ${monthsEn(last + 1, owed.through)}, were settled in full only on ${toDay(on)}; benefits resume on that day and not before.`,
        });
      }
      if (backPaid.length > 0)
        this.keepBreak({ from: last + 1, through: last + backPaid.length, backPaid }, region, within);
      const stillOwed = within || late ? last + backPaid.length + 1 : last + 1;
      this.result.paused.push({ ...paused, from: this.pauseFrom(pause.value, stillOwed, region), through: OPEN });
      return;
    }
    this.leftInArrears(last + 1, OPEN);
    if (backPaid.length === 0) return;
    const moved = this.transfers.some(
      ({ day, data }) => day >= firstDayOf(last) && day <= on && poolOf(data.toRegion) !== poolOf(region),
    );
    const family = moved ? 'transfer' : 'interruption';
    const place = backPaid[backPaid.length - 1]!.region;
    const limit = inquiry.read(`${family}.limit`, place, on);
    const short = inquiry.read(`${family}.short`, place, on);
    const restores = limit.known && short.known && short.value.restoreGap && full && isShort(limit.value, owed, on);
    if (restores) this.result.restored.push(...backPaid.map((paid) => ({ paid, rule: short.rule })));
    this.keepBreak({ from: last + 1, through: last + backPaid.length, backPaid }, place, restores);
  }

  // ---- outcomes ----

  private wait(
    run: EmployeeRun,
    batch: Batch,
    first: FeeMonth,
    cause: WaitingCause,
    wait: Wait,
    rule: string,
    reason?: { zh: string; en: string },
  ): void {
    const span = windowFrom(batch.arrival, wait);
    // Days that an earlier waiting period holds already are not waited for twice.
    const waitingThrough = this.waitingThrough();
    if (waitingThrough !== undefined) span.from = Math.max(span.from, waitingThrough + 1);
    run.cause = cause;
    run.coverFrom = Math.max(span.through + 1, firstDayOf(first.month));
    if (span.from > span.through) return;
    const window: WaitingWindow = {
      scheme: 'employee',
      region: first.region,
      participation: first.participation,
      ...span,
      cause,
      rule,
      payment: batch.payment,
    };
    this.result.windows.push(window);
    explainWindow(this.inquiry, window, wait, reason);
  }

  private waive(
    run: EmployeeRun,
    batch: Batch,
    first: FeeMonth,
    cause: WaitingCause,
    rule: string,
    events: readonly string[],
    reason: { zh: string; en: string },
  ): void {
    run.coverFrom = Math.max(batch.arrival, firstDayOf(first.month));
    const waiver = { scheme: 'employee' as const, on: batch.arrival, cause, rule };
    this.result.waivers.push(waiver);
    explainWaiver(this.inquiry, waiver, [...batch.payment.events, ...events], reason);
  }

  private leaveOpen(run: EmployeeRun, question: string, gap: Reading<unknown>): void {
    if (gap.known) return;
    run.open = { question, gap: { why: gap.why, rule: gap.rule, needs: gap.needs } };
  }

  private waitingThrough(): DayNumber | undefined {
    return this.result.windows.at(-1)?.through;
  }

  private keepBreak({ from, through }: Gapped, region: string, byRule: boolean): void {
    const givenBack = new Set(this.result.restored.map(({ paid }) => paid.month));
    const restored = byRule || Array.from({ length: through - from + 1 }).every((_, at) => givenBack.has(from + at));
    const { breaks } = this.result;
    const before = breaks.at(-1);
    // Arrears settled in parts are one break (CV-4).
    const joins = restored && before?.restored && before.region === region && before.through === from - 1;
    if (joins) breaks[breaks.length - 1] = { ...before, through };
    else breaks.push({ scheme: 'employee', region, from, through, restored });
  }
}

export function overLimit(
  gapped: { from: MonthNumber; through: MonthNumber },
  limit: BreakLimit,
): { zh: string; en: string } {
  const months = gapped.through - gapped.from + 1;
  if (limit.measure === 'elapsed') {
    return {
      zh: `自 ${toDay(firstDayOf(gapped.from))} 起中断，到缴费到账已超过 ${limit.months} 个月`,
      en: `unpaid from ${toDay(firstDayOf(gapped.from))}, over ${limit.months} months before the payment arrived`,
    };
  }
  const over = limit.inclusive || months > limit.months ? '超过' : '达到';
  return {
    zh: `${monthsZh(gapped.from, gapped.through)} 共 ${months} 个月未缴，${over} ${limit.months} 个月`,
    en: `${months} month(s), ${monthsEn(gapped.from, gapped.through)}, unpaid, over the limit of ${limit.months}`,
  };
}

function contiguousTo(through: MonthNumber, paid: readonly FeeMonth[]): FeeMonth[] {
  const block: FeeMonth[] = [];
  for (let month = through; ; month--) {
    const found = paid.find((entry) => entry.month === month);
    if (!found) return block.reverse();
    block.push(found);
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
