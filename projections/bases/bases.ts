import { firstDayOf, lastDayOf, monthOf, toMonth, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { EmployerKind } from '../../events';
import type { RuleValues } from '../../libs/policy/evaluation';
import type { ContributionBase } from '../answer/answer';
import { cny, halfUp, percentOf, yuan } from '../fen';
import type { Inquiry } from '../inquiry';
import { averageNames, averageWage } from './average-wage';
import { cycleOf, type Cycle } from './cycle';
import { employerTotal } from './employer-total';
import { clampToAverage, clampToPublished } from './limits';
import { sourcesOf, standsIn, type BaseSourceFact } from './sources';
import { standingIn, type Standing } from './standing';

type BaseRule = RuleValues['base.enterprise'];

/** A base found, before rates: whole fen, with what it rests on. */
interface Found {
  baseFen: number;
  rule: string;
  events: string[];
  arithmetic: string;
  zh: string;
  en: string;
}

/**
 * The contribution base (缴费基数) of the fee month of `on`: one item, where a declaration, a new employment or the region's
 * own rule makes it arise; none otherwise. What a document leaves open stays out and is told as undetermined.
 */
export function basesOn(inquiry: Inquiry, on: DayNumber): ContributionBase[] {
  const month = monthOf(on);
  const { facts } = inquiry.history;
  const concerns = facts.some(
    ({ type, data }) =>
      type === 'BaseDeclared' ||
      (type === 'EmploymentStarted' && data.firstMonthWageFen !== undefined) ||
      ((type === 'Registered' || type === 'Paid') && data.participation === 'flexible'),
  );
  if (!concerns) return [];

  const standing = standingIn(inquiry.history, month);
  if (standing.ended) return [];
  const region = standing.region ?? inquiry.region;
  const question = new BaseQuestion(inquiry, region, month, standing);
  const found = question.base();
  if (!found) return [];
  return [question.answer(found)];
}

class BaseQuestion {
  private readonly cycle: Cycle | undefined;
  /** The day whose pack rules the month: its last day; of a cycle that was running when the document took effect, that first day. */
  private readonly day: DayNumber;
  private readonly sources: BaseSourceFact[];
  private kind: EmployerKind = 'enterprise';

  constructor(
    private readonly inquiry: Inquiry,
    private readonly region: string,
    private readonly month: MonthNumber,
    private readonly standing: Standing,
  ) {
    const first = inquiry.firstDay(region);
    let day = lastDayOf(month);
    if (first !== undefined && day < first) {
      const cycle = cycleOf(inquiry, region, month, first);
      if (cycle && firstDayOf(cycle.from) <= first && first <= lastDayOf(cycle.through)) day = first;
    }
    this.day = day;
    this.cycle = cycleOf(inquiry, region, month, day);
    this.sources = sourcesOf(inquiry, region, this.day, this.cycle !== undefined);
  }

  base(): Found | undefined {
    const source = this.sources.findLast((entry) => standsIn(entry, this.month));
    if (source) return source.type === 'hire' ? this.ofHire(source) : this.declared(source);
    if (this.standing.participation === 'flexible') {
      const rule = this.inquiry.read('base.flexible', this.region, this.day);
      return rule.known && rule.value.undeclared ? this.undeclaredFlexible(rule.value, rule.rule) : undefined;
    }
    return this.cycle ? this.undeclared(this.cycle, 0) : undefined;
  }

  answer(found: Found): ContributionBase {
    const item: ContributionBase = { feeMonth: toMonth(this.month), baseFen: found.baseFen, rule: found.rule };
    this.because(found);
    this.addRates(item, found);
    employerTotal(this.inquiry, this.region, this.day, this.month, this.standing.employerId, this.kind);
    return item;
  }

  private because(found: Found): void {
    const { rule, events, arithmetic, zh, en } = found;
    this.inquiry.because({ claim: 'bases', rule, events, arithmetic, zh, en });
  }

  private declared(source: BaseSourceFact & { type: 'declaration' }): Found | undefined {
    const kind = source.kind ?? (this.standing.participation === 'flexible' ? 'flexible' : guessKind(source));
    this.kind = kind;
    const reading = this.inquiry.read(`base.${kind}`, this.region, this.day);
    if (!reading.known) return this.open('base', reading);
    const { value: rule, rule: id } = reading;
    const wage = this.wage(source, rule, id);
    if (!wage) return undefined;
    return this.limited({ ...wage, rule: id }, rule);
  }

  /** The first source the rule names and the facts know, without what does not count. */
  private wage(source: BaseSourceFact & { type: 'declaration' }, rule: BaseRule, id: string): WageFound | undefined {
    for (const name of rule.sources) {
      if (name === 'monthlyAverage' || name === 'annualAverage') return this.average(id, name, source.events);
      const declared = source.wages[name];
      if (declared === undefined) continue;
      if (!source.exclusionsFen || name === 'declared')
        return { fen: declared, events: source.events, ...wageWords(name, declared) };
      const exclusions = this.inquiry.read('base.exclusions', this.region, this.day);
      if (!exclusions.known) return this.open('base.exclusions', exclusions);
      const fen = Math.max(0, declared - source.exclusionsFen);
      this.inquiry.because({
        claim: 'bases',
        rule: exclusions.rule,
        events: source.events,
        arithmetic: `${yuan(declared)} − ${yuan(source.exclusionsFen)} = ${yuan(fen)}`,
        zh: `工资中有 ${yuan(source.exclusionsFen)}不计入缴费基数，扣除后为 ${yuan(fen)}。`,
        en: `${cny(source.exclusionsFen)} of the wage does not count towards the base; ${cny(fen)} is left.`,
      });
      return { fen, events: source.events, ...wageWords(name, fen) };
    }
    return this.open('base', { why: 'external', rule: id, needs: WAGE_FIELDS[rule.sources[0] ?? 'declared'] });
  }

  private average(id: string, name: keyof typeof averageNames, events: readonly string[]): WageFound | undefined {
    const average = averageWage(this.inquiry, this.region, this.day, name);
    if (!average) return this.open('base', { why: 'external', rule: id, needs: averageNames[name] });
    const fen = halfUp(average.monthly);
    return {
      fen,
      events: [...events, ...average.events],
      zh: `当地在用的社会平均工资（月）${yuan(fen)}`,
      en: `the local average monthly wage in use, ${cny(fen)}`,
      isAverage: true,
    };
  }

  /** The base after the limits that the rule names. */
  private limited(wage: WageFound & { rule: string }, rule: BaseRule): Found | undefined {
    let limited: { fen: number; events: string[]; zh: string; en: string } = {
      fen: wage.fen,
      events: [],
      zh: '不设上下限',
      en: 'no limits apply',
    };
    if (rule.clampPercent && !wage.isAverage) {
      const average = averageWage(this.inquiry, this.region, this.day);
      if (!average) return this.open('base', { why: 'external', rule: wage.rule, needs: averageNames.monthlyAverage });
      limited = clampToAverage(wage.fen, rule.clampPercent, average);
    }
    if (rule.limits === 'published') {
      const published = clampToPublished(this.inquiry, this.region, this.day, wage.fen);
      if (!published) return undefined;
      limited = published;
    }
    return {
      baseFen: limited.fen,
      rule: wage.rule,
      events: [...new Set([...wage.events, ...limited.events])],
      arithmetic: `${wage.zh}；${limited.zh}；基数 ${yuan(limited.fen)}`,
      zh: `${toMonth(this.month)} 所属期的缴费基数为 ${yuan(limited.fen)}：${wage.zh}，${limited.zh}。`,
      en: `The contribution base of fee month ${toMonth(this.month)} is ${cny(limited.fen)}: ${wage.en}; ${limited.en}.`,
    };
  }

  private ofHire(source: BaseSourceFact & { type: 'hire' }): Found | undefined {
    const reading = this.inquiry.read('base.newHire', this.region, this.day);
    if (!reading.known) return this.open('base', reading);
    // after the year's end, until the cycle ends, the document gives the new hire no base.
    if (this.month > source.through) return this.open('base', { why: 'silent', rule: reading.rule });
    return {
      baseFen: source.wageFen,
      rule: reading.rule,
      events: source.events,
      arithmetic: `入职当月工资 ${yuan(source.wageFen)}，用至 ${toMonth(source.through)}`,
      zh: `新入职职工以入职当月工资 ${yuan(source.wageFen)}为缴费基数，用至 ${toMonth(source.through)} 所属期。`,
      en: `A new hire's base is the wage of the first month, ${cny(source.wageFen)}, through fee month ${toMonth(source.through)}.`,
    };
  }

  private undeclaredFlexible(rule: BaseRule, id: string): Found | undefined {
    this.kind = 'flexible';
    const name = rule.sources.find((source) => source === 'annualAverage' || source === 'monthlyAverage');
    // Without a published average there is nothing to say and nobody asked.
    if (!name || !averageWage(this.inquiry, this.region, this.day, name)) return undefined;
    const wage = this.average(id, name, this.standing.events);
    return wage && this.limited({ ...wage, rule: id }, rule);
  }

  /** Nobody declared for the cycle: a percentage of the cycle before, itself perhaps undeclared. */
  private undeclared(cycle: Cycle, depth: number): Found | undefined {
    const before = previousOf(cycle);
    const known = this.sources.findLast(({ from, until }) => from <= before.through && before.from <= until);
    if (!known && !this.sources.some(({ from }) => from < before.from)) return undefined;
    const previous = known ? this.ofCycleBefore(known) : this.undeclared(before, depth + 1);
    if (!previous) return undefined;
    const reading = this.inquiry.read('base.undeclared', this.region, this.day);
    if (!reading.known) return this.open('base', reading);
    const { percent } = reading.value;
    const baseFen = halfUp(percentOf(previous.baseFen, percent));
    const found: Found = {
      baseFen,
      rule: reading.rule,
      events: previous.events,
      arithmetic: `${yuan(previous.baseFen)} × ${percent}% = ${yuan(baseFen)}`,
      zh: `${toMonth(cycle.from)} 至 ${toMonth(cycle.through)} 的基数没有申报，暂按上一周期基数 ${yuan(previous.baseFen)}的 ${percent}% 确定，为 ${yuan(baseFen)}。`,
      en: `No base was declared for ${toMonth(cycle.from)} to ${toMonth(cycle.through)}; provisionally it is ${percent}% of the base of the cycle before (${cny(previous.baseFen)}), ${cny(baseFen)}.`,
    };
    if (depth > 0) this.because(found);
    return found;
  }

  private ofCycleBefore(source: BaseSourceFact): Found | undefined {
    return source.type === 'hire'
      ? { baseFen: source.wageFen, rule: '', events: source.events, arithmetic: '', zh: '', en: '' }
      : this.declared(source);
  }

  private addRates(item: ContributionBase, found: Found): void {
    if (this.kind === 'flexible') {
      const mode = this.optionChosen() ?? this.standing.fundMode;
      if (!mode) return;
      const rate = this.inquiry.read(
        mode === 'withAccount' ? 'rate.flexibleWithAccount' : 'rate.flexiblePooledOnly',
        this.region,
        this.day,
      );
      if (!rate.known) return;
      item.personFen = halfUp(percentOf(found.baseFen, rate.value));
      item.rule = rate.rule;
      this.inquiry.because({
        claim: 'bases',
        rule: rate.rule,
        events: found.events,
        arithmetic: `${yuan(found.baseFen)} × ${rate.value}% = ${yuan(item.personFen)}`,
        zh: `灵活就业人员按 ${rate.value}% 缴费，每月 ${yuan(item.personFen)}。`,
        en: `A flexible worker pays ${rate.value}%, ${cny(item.personFen)} a month.`,
      });
      return;
    }
    const unit = this.inquiry.read('rate.unit', this.region, this.day);
    const person = this.inquiry.read('rate.person', this.region, this.day);
    if (unit.known) item.unitFen = halfUp(percentOf(found.baseFen, unit.value));
    if (person.known) item.personFen = halfUp(percentOf(found.baseFen, person.value));
    if (unit.known && person.known) {
      this.inquiry.because({
        claim: 'bases',
        rule: unit.rule,
        events: found.events,
        arithmetic: `${yuan(found.baseFen)} × ${unit.value}% = ${yuan(item.unitFen!)}；${yuan(found.baseFen)} × ${person.value}% = ${yuan(item.personFen!)}`,
        zh: `单位按 ${unit.value}% 缴 ${yuan(item.unitFen!)}，个人按 ${person.value}% 缴 ${yuan(item.personFen!)}。`,
        en: `The employer pays ${unit.value}%, ${cny(item.unitFen!)}, and the person ${person.value}%, ${cny(item.personFen!)}.`,
      });
    }
  }

  /** The rate that the declaration chose, by the name of its fund mode or by the percentage itself. */
  private optionChosen(): 'pooledOnly' | 'withAccount' | undefined {
    const source = this.sources.findLast((entry) => standsIn(entry, this.month));
    const option = source?.type === 'declaration' ? source.rateOption : undefined;
    if (option === undefined || option === 'pooledOnly' || option === 'withAccount') return option;
    for (const mode of ['withAccount', 'pooledOnly'] as const) {
      const key = mode === 'withAccount' ? 'rate.flexibleWithAccount' : 'rate.flexiblePooledOnly';
      const rate = this.inquiry.read(key, this.region, this.day);
      if (rate.known && Number(String(option).replace('%', '')) === rate.value) return mode;
    }
    return undefined;
  }

  private open(question: string, gap: Parameters<Inquiry['undetermined']>[1]): undefined {
    this.inquiry.undetermined(question, gap);
    return undefined;
  }
}

interface WageFound {
  fen: number;
  events: string[];
  zh: string;
  en: string;
  /** The average itself stands in for a wage: it needs no limits drawn from the average. */
  isAverage?: boolean;
}

const WAGE_FIELDS: Record<BaseRule['sources'][number], string> = {
  lastMonth: 'lastMonthFen',
  priorYear: 'priorYearAverageFen',
  currentMonth: 'currentMonthFen',
  declared: 'baseFen',
  monthlyAverage: averageNames.monthlyAverage,
  annualAverage: averageNames.annualAverage,
};

function wageWords(
  name: 'lastMonth' | 'priorYear' | 'currentMonth' | 'declared',
  fen: number,
): { zh: string; en: string } {
  switch (name) {
    case 'lastMonth':
      return { zh: `本人上月工资 ${yuan(fen)}`, en: `own wage of the month before, ${cny(fen)}` };
    case 'priorYear':
      return {
        zh: `本人上年度月平均工资 ${yuan(fen)}`,
        en: `own average monthly wage of the year before, ${cny(fen)}`,
      };
    case 'currentMonth':
      return {
        zh: `上年度工资无法确定，取当月工资 ${yuan(fen)}`,
        en: `the wage of the month, ${cny(fen)}, as the year before is unknown`,
      };
    case 'declared':
      return { zh: `申报的基数 ${yuan(fen)}`, en: `the base declared, ${cny(fen)}` };
  }
}

/** Which kind of employer a declaration without one speaks for: only state organs pay on last month's wage. */
function guessKind({ wages }: BaseSourceFact & { type: 'declaration' }): EmployerKind {
  return wages.lastMonth !== undefined && wages.priorYear === undefined && wages.currentMonth === undefined
    ? 'stateOrgan'
    : 'enterprise';
}

function previousOf({ from, through }: Cycle): Cycle {
  return { from: from - 12, through: through - 12 };
}
