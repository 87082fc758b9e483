import { toDay, yearOf, type DayNumber, type Span } from '../../libs/calendar';
import { poolOf } from '../../libs/policy/evaluation';
import { aidHeld } from '../aid';
import type { Stay } from '../answer/answer';
import type { Timeline } from '../coverage/timeline';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import { DaysOfStay, type Stretch } from './days-of-stay';

/**
 * Hospital stays that began by `on`, each with whether its cost may be paid, how, and in which segments; the whole stay as
 * far as it is known, discharge included. Where the region's document does not say what a day without benefits does to a stay,
 * the stay has no item and is told as undetermined.
 */
export function staysOn(inquiry: Inquiry, timeline: Timeline, on: DayNumber): Stay[] {
  const admissions = inquiry.facts('Admitted').filter(({ day }) => day <= on);
  if (admissions.length === 0) return [];
  const discharges = inquiry.facts('Discharged');
  const days = new DaysOfStay(timeline, aidHeld(inquiry, Number.MAX_SAFE_INTEGER));
  const stays: Stay[] = [];
  for (const admitted of admissions) {
    const discharged = discharges.find(({ data, day }) => data.stayId === admitted.data.stayId && day >= admitted.day);
    const stay = new StayQuestion(inquiry, timeline, days, admitted, discharged, on).answer();
    if (stay) stays.push(stay);
  }
  return stays;
}

class StayQuestion {
  private readonly span: Span;
  private readonly region: string;
  private readonly events: string[];

  constructor(
    private readonly inquiry: Inquiry,
    timeline: Timeline,
    private readonly days: DaysOfStay,
    private readonly admitted: Fact<'Admitted'>,
    private readonly discharged: Fact<'Discharged'> | undefined,
    on: DayNumber,
  ) {
    const end = discharged?.day ?? Math.max(on, admitted.day);
    this.span = { from: admitted.day, through: Math.max(admitted.day, Math.min(end, timeline.diedOn ?? end)) };
    this.region = days.regionOn(admitted.day) ?? inquiry.region;
    this.events = [...admitted.events, ...(discharged?.events ?? [])];
  }

  answer(): Stay | undefined {
    const test = this.inquiry.read('stay.admission', this.region, this.span.from);
    if (!test.known) return this.where(test);
    return test.value === 'wholeStay' ? this.whole(test.rule) : this.byDay(test.rule);
  }

  /** Benefits on the day of admission decide the whole stay; then the status at both ends. */
  private whole(rule: string): Stay | undefined {
    const { from, through } = this.span;
    const status = this.inquiry.read('stay.status', this.region, from);
    const covered = this.days.coveredOn(from);
    const open = this.days.openOn(from);
    if (!covered && open && status.known && !this.days.isNormalOn(from))
      return this.abnormal(status.rule, from, '入院', 'admission');
    if (!covered && open) return this.undetermined(open.gap);
    if (!covered) {
      const why = this.days.waitingOn(from)
        ? { zh: '处于待遇等待期', en: 'was still waiting for benefits' }
        : { zh: '没有待遇', en: 'had no benefits' };
      return this.refused(
        rule,
        `${toDay(from)} 入院时${why.zh}，不在待遇享受期内，这次住院的费用不予支付。`,
        `On the day of admission, ${toDay(from)}, the person ${why.en}; nothing of this stay is paid.`,
      );
    }
    if (status.known) {
      if (!this.days.isNormalOn(from)) return this.abnormal(status.rule, from, '入院', 'admission');
      const unmet = this.discharged && this.statusFails(through, status.value.abnormal);
      if (unmet === 'open') return this.undetermined(this.days.openOn(through)!.gap);
      if (unmet) return this.abnormal(status.rule, through, '出院', 'discharge');
    }
    const stretches = this.days.stretches(this.span);
    return this.settle(this.item(rule, joined(stretches)), stretches, {
      rule,
      zh: `${toDay(from)} 入院时在待遇享受期内，参保状态正常，可以直接结算。`,
      en: `On the day of admission, ${toDay(from)}, the person had benefits and a normal status; the stay is settled directly.`,
    });
  }

  /** Suspended, terminated or in arrears; by the other reading also any day without benefits. */
  private statusFails(day: DayNumber, abnormal: 'registration' | 'benefit'): boolean | 'open' {
    if (!this.days.isNormalOn(day)) return true;
    if (this.days.coveredOn(day)) return false;
    if (this.days.openOn(day)) return abnormal === 'benefit' ? 'open' : false;
    if (abnormal === 'benefit') return true;
    return !this.days.waitingOn(day) && !this.days.pendingOn(day);
  }

  /** Every day with benefits is paid, whatever the day of admission was. */
  private byDay(rule: string): Stay | undefined {
    const stretches = this.days.stretches(this.span);
    const covered = stretches.filter((stretch) => stretch.covered);
    const open = this.firstOpen(stretches);
    if (open) this.undetermined(open);
    if (covered.length === 0 && open) return undefined;
    if (covered.length === 0)
      return this.refused(
        rule,
        `${this.spanZh()} 住院期间没有待遇，费用不予支付。`,
        `No day of the stay from ${this.spanEn()} has benefits; nothing is paid.`,
      );
    const terminated = this.days.terminationIn(this.span);
    const manual = terminated && this.inquiry.read('stay.terminated', this.region, this.span.from);
    if (manual?.known) {
      const item: Stay = { ...this.item(manual.rule, joined(covered)), direct: false, route: 'manual' };
      this.because(
        manual.rule,
        `参保关系自 ${toDay(terminated!.from)} 终止，终止前发生的住院费用按规定报销。`,
        `The relation ended on ${toDay(terminated!.from)}; the cost of the days before it is reimbursed.`,
        terminated!.events,
      );
      return this.settle(item, covered, undefined);
    }
    const lastPaid = covered[covered.length - 1]!.through;
    const suspended = this.days.isNormalOn(lastPaid)
      ? undefined
      : this.inquiry.read('stay.suspendedPaid', this.region, this.span.from);
    const by = suspended?.known ? suspended.rule : rule;
    return this.settle(this.item(by, joined(covered)), covered, {
      rule: by,
      zh: `住院期间有待遇的日子（${covered.map((s) => spanZh(s)).join('、')}）可以直接结算。`,
      en: `The days of the stay that have benefits (${covered.map((s) => spanEn(s)).join(', ')}) are settled directly.`,
    });
  }

  /** No rule on stays: a stay with benefits on every day is paid as any care is; of any other the document says nothing. */
  private where(gap: Parameters<Inquiry['undetermined']>[1]): Stay | undefined {
    const stretches = this.days.stretches(this.span);
    const open = this.firstOpen(stretches);
    if (open) return this.undetermined(open);
    if (stretches.some((stretch) => !stretch.covered)) return this.undetermined(gap);
    const cover = this.days.coveredOn(this.span.from)!;
    const rule = cover.rule ?? (cover.scheme === 'employee' ? 'CV-14' : 'CV-15');
    return this.settle(this.item(rule, joined(stretches)), stretches, {
      rule,
      zh: `${this.spanZh()} 住院期间每天都在待遇享受期内，可以支付。`,
      en: `Every day of the stay from ${this.spanEn()} has benefits; it can be paid.`,
    });
  }

  /** What a change inside the stay, and the year's end, do to an item that may be paid. */
  private settle(
    item: Stay,
    stretches: readonly Stretch[],
    plain: { rule: string; zh: string; en: string } | undefined,
  ): Stay {
    const schemeChange = changeIn(stretches, (a, b) => a.scheme !== b.scheme);
    const aidChange = changeIn(stretches, (a, b) => a.aidClass !== b.aidClass);
    let settled = item;
    if (schemeChange !== undefined) settled = this.changed(settled, 'stay.schemeChange', schemeChange);
    if (aidChange !== undefined) settled = this.changed(settled, 'stay.aidChange', aidChange);
    const byChange = settled !== item;
    const year = this.acrossYears(stretches);
    if (year) settled = { ...settled, ...year, rule: byChange ? settled.rule : year.rule };
    if (!byChange && !year && plain) this.because(plain.rule, plain.zh, plain.en);
    return settled;
  }

  private changed(item: Stay, key: 'stay.schemeChange' | 'stay.aidChange', day: DayNumber): Stay {
    const reading = this.inquiry.read(key, this.region, this.span.from);
    const what =
      key === 'stay.schemeChange' ? { zh: '参保险种', en: 'the scheme' } : { zh: '救助身份', en: 'the aid identity' };
    if (!reading.known) {
      this.inquiry.undetermined('stay.route', reading);
      const { route: _route, ...open } = item;
      return { ...open, direct: false };
    }
    if (reading.value === 'favourable') {
      this.because(
        reading.rule,
        `住院期间${what.zh}自 ${toDay(day)} 变化，这次住院按对本人有利的身份享受，两种身份都列出。`,
        `During the stay ${what.en} changed on ${toDay(day)}; the stay follows the one that favours the person, and both are shown.`,
      );
      return { ...item, rule: reading.rule };
    }
    this.because(
      reading.rule,
      `住院期间${what.zh}自 ${toDay(day)} 变化，不能直接结算，由本人向参保地申请手工报销，分段核定。`,
      `During the stay ${what.en} changed on ${toDay(day)}; it cannot be settled directly and is claimed by hand, in segments.`,
    );
    return { ...item, direct: false, route: 'manual', rule: reading.rule };
  }

  /** The rule on a stay across the year's end and, where it names one, the year that settles it. */
  private acrossYears(stretches: readonly Stretch[]): { rule: string; settleByYear?: number } | undefined {
    const { from, through } = this.span;
    if (yearOf(from) === yearOf(through)) return undefined;
    const areas = new Set(stretches.map(({ region }) => region && poolOf(region)));
    const own = this.inquiry.read(areas.size > 1 ? 'stay.acrossYearsAndAreas' : 'stay.acrossYears', this.region, from);
    // Across areas the rule of either will do: where the first says nothing, that of the one asked about.
    const asked = areas.size > 1 && areas.has(poolOf(this.inquiry.region)) && !own.known;
    const reading = asked ? this.inquiry.read('stay.acrossYearsAndAreas', this.inquiry.region, from) : own;
    if (!reading.known) {
      this.inquiry.undetermined('stay.settlementYear', reading);
      return undefined;
    }
    const { rule } = reading;
    if (reading.value === 'splitAtYearEnd') {
      this.because(
        rule,
        `${this.spanZh()} 的住院跨年又跨统筹区，按年份由各自的参保区分别结算。`,
        `The stay from ${this.spanEn()} crosses the year and the area; each area settles the days of its own year.`,
      );
      return { rule };
    }
    if (!this.discharged) return undefined;
    const settleByYear = yearOf(through);
    this.because(
      rule,
      `${this.spanZh()} 的住院跨年，本人连续参保，统一按出院的 ${settleByYear} 年结算。`,
      `The stay from ${this.spanEn()} crosses the year; insured throughout, the person is settled by the year of discharge, ${settleByYear}.`,
    );
    return { rule, settleByYear };
  }

  private abnormal(rule: string, day: DayNumber, when: '入院' | '出院', whenEn: 'admission' | 'discharge'): Stay {
    return this.refused(
      rule,
      `${toDay(day)} ${when}时参保状态不正常（暂停、终止或欠费），这次住院的费用不予支付。`,
      `At ${whenEn}, ${toDay(day)}, the registration was not normal (suspended, terminated or in arrears); nothing of this stay is paid.`,
    );
  }

  private refused(rule: string, zh: string, en: string): Stay {
    this.because(rule, zh, en);
    const { route: _route, ...item } = this.item(rule, []);
    return { ...item, payable: false, direct: false };
  }

  private item(rule: string, stretches: readonly Stretch[]): Stay {
    const stay: Stay = {
      stayId: this.admitted.data.stayId,
      admittedOn: toDay(this.admitted.day),
      payable: true,
      direct: true,
      route: 'direct',
      segments: stretches.map(segmentOf),
      rule,
    };
    if (this.discharged) stay.dischargedOn = toDay(this.discharged.day);
    return stay;
  }

  private firstOpen(stretches: readonly Stretch[]): Parameters<Inquiry['undetermined']>[1] | undefined {
    for (const { covered, from, through } of stretches) {
      if (covered) continue;
      const open = this.days.openIn({ from, through });
      if (open) return open.gap;
    }
    return undefined;
  }

  private undetermined(gap: Parameters<Inquiry['undetermined']>[1]): undefined {
    this.inquiry.undetermined('stay', gap);
    return undefined;
  }

  private because(rule: string, zh: string, en: string, events: readonly string[] = []): void {
    this.inquiry.because(() => ({
      claim: 'stays',
      rule,
      events: [...this.events, ...events],
      arithmetic: this.spanZh(),
      zh,
      en,
    }));
  }

  private spanZh(): string {
    return spanZh(this.span);
  }

  private spanEn(): string {
    return spanEn(this.span);
  }
}

function spanZh({ from, through }: Span): string {
  return `${toDay(from)} 至 ${toDay(through)}`;
}

function spanEn({ from, through }: Span): string {
  return `${toDay(from)} to ${toDay(through)}`;
}

function segmentOf({ from, through, scheme, aidClass }: Stretch): Stay['segments'][number] {
  const segment: Stay['segments'][number] = {
    from: toDay(from),
    through: toDay(through),
    scheme: scheme ?? 'resident',
  };
  if (aidClass !== undefined) segment.aidClass = aidClass;
  return segment;
}

/** Neighbours that differ in nothing a segment shows become one; a change of area keeps them apart. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const segments: Stretch[] = [];
  for (const stretch of stretches) {
    const last = segments[segments.length - 1];
    if (
      last &&
      last.through + 1 === stretch.from &&
      last.scheme === stretch.scheme &&
      last.region === stretch.region &&
      last.aidClass === stretch.aidClass
    )
      last.through = stretch.through;
    else segments.push({ ...stretch });
  }
  return segments;
}

function changeIn(stretches: readonly Stretch[], differ: (a: Stretch, b: Stretch) => boolean): DayNumber | undefined {
  for (let i = 1; i < stretches.length; i++) if (differ(stretches[i - 1]!, stretches[i]!)) return stretches[i]!.from;
  return undefined;
}
