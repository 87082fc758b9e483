import { speechOf, withRegionNames, type Speech } from '../../../libs/disputes';
import type { LoadedPolicies } from '../../../libs/policy';
import type { Answer, Because } from '../../../projections/answer';
import type { Alternative } from '../answering';
import type { Language } from '../terminal';
import { labelled, table, widthOf, wrapped } from './layout';
import { word } from './words';

export interface AnswerPageInput {
  answer: Answer;
  alternatives?: readonly Alternative[];
  policies: LoadedPolicies;
  language: Language;
}

const PAGE_WIDTH = 100;

/** An answer as one page: the status first, then what it rests on, then why. Parts without content are left out. */
export function answerPage(input: AnswerPageInput): string {
  return new AnswerPage(input).text();
}

class AnswerPage {
  private readonly zh: boolean;
  private readonly answer: Answer;
  private readonly speech: Speech;

  constructor(private readonly input: AnswerPageInput) {
    this.answer = input.answer;
    this.zh = input.language === 'zh';
    this.speech = speechOf(input.policies.packs, input.language);
  }

  text(): string {
    const parts: [label: string, lines: string[]][] = [
      ['benefit', this.benefit()],
      ['registrations', this.registrations()],
      ['payment', this.payment()],
      ['place', this.place()],
      ['waitingPeriods', this.waiting()],
      ['waived', this.waived()],
      ['coverage', this.coverage()],
      ['interruptions', this.interruptions()],
      ['contribution', this.contribution()],
      ['retirement', this.retirement()],
      ['duplicates', this.duplicates()],
      ['backPayments', this.backPayments()],
      ['lateFees', this.lateFees()],
      ['bases', this.bases()],
      ['refunds', this.refunds()],
      ['stays', this.stays()],
      ['aid', this.aid()],
      ['premiumsDue', this.premiumsDue()],
      ['because', this.because()],
      ['undetermined', this.undetermined()],
      ['readings', this.readings()],
      ['alternatives', this.alternatives()],
      ['packs', this.answer.packs.map(({ id, version, sha256 }) => `${id} ${version} (${sha256.slice(0, 12)})`)],
    ];
    const shown = parts.filter(([, lines]) => lines.length > 0);
    const width = Math.max(...shown.map(([label]) => widthOf(this.word(label)))) + 2;
    const body = shown.map(([label, lines]) => labelled(this.word(label), lines, width));
    return `${this.heading()}\n${'─'.repeat(60)}\n${body.join('\n')}\n`;
  }

  private heading(): string {
    const { person, region, validOn, knownAt } = this.answer;
    const known = this.zh ? `截至 ${knownAt} 所知` : `as known at ${knownAt}`;
    return `${this.speech.region(region)} · ${person} · ${validOn} · ${known}`;
  }

  private benefit(): string[] {
    const { status, scheme, region, basis, since, through, restored, account } = this.answer.benefit;
    const mark = status === 'covered' ? '●' : status === 'notCovered' ? '○' : '◐';
    const words = [
      `${mark} ${this.word(status === 'undetermined' ? 'undetermined.status' : status)}`,
      scheme && this.word(scheme),
      region && region !== this.answer.region && this.speech.region(region),
      basis && basis !== 'resident' && this.word(basis),
      since && this.span(since, through),
      restored && this.word('restored'),
      account && this.word(account),
    ];
    return [joined(words)];
  }

  private registrations(): string[] {
    return table(
      this.answer.registrations.map(({ scheme, region, participation, status, since, through, reason }) => [
        this.word(scheme),
        this.speech.region(region),
        participation ? this.word(participation) : '',
        this.word(status),
        this.span(since, through),
        reason ?? '',
      ]),
    );
  }

  private payment(): string[] {
    const { status, paidThrough } = this.answer.payment;
    if (status === 'none' && paidThrough === undefined) return [];
    return [joined([this.word(status), paidThrough && (this.zh ? `缴至 ${paidThrough}` : `through ${paidThrough}`)])];
  }

  private place(): string[] {
    const { place, region } = this.answer;
    return place === undefined || place === region ? [] : [this.speech.region(place)];
  }

  private waiting(): string[] {
    return table(
      this.answer.waitingPeriods.map(({ scheme, from, through, benefitsFrom, cause, rule }) => [
        this.word(scheme),
        this.span(from, through),
        this.zh ? `${benefitsFrom} 起享受` : `benefits from ${benefitsFrom}`,
        this.word(cause),
        rule,
      ]),
    );
  }

  private waived(): string[] {
    return table(
      this.answer.waived.map(({ scheme, on, cause, rule }) => [this.word(scheme), on, this.word(cause), rule]),
    );
  }

  private coverage(): string[] {
    return table(
      this.answer.coverage.map(({ scheme, region, from, through, restored }) => [
        this.word(scheme),
        this.speech.region(region),
        this.span(from, through),
        restored ? this.word('restored') : '',
      ]),
    );
  }

  private interruptions(): string[] {
    return table(
      this.answer.interruptions.map(({ scheme, months, from, through, restored }) => [
        this.word(scheme),
        this.span(from, through),
        this.months(months),
        restored ? this.word('restored') : '',
      ]),
    );
  }

  private contribution(): string[] {
    const {
      actual,
      localActual,
      provinceActual,
      outOfProvinceActual,
      deemed,
      military,
      purchased,
      total,
      doubleCounted,
      consecutive,
      residentMonths,
    } = this.answer.contribution;
    if (total === 0 && residentMonths === 0) return [];
    const of = (zh: string, en: string, months: number) => months > 0 && `${this.zh ? zh : en} ${months}`;
    const parts = [
      of('实缴', 'actual', actual),
      actual !== localActual && of('其中本地', 'of which local', localActual),
      of('省内', 'in the province', provinceActual),
      of('省外', 'other provinces', outOfProvinceActual),
      of('视同', 'deemed', deemed),
      of('含军龄', 'incl. military', military),
      of('含趸缴', 'incl. purchased', purchased),
      of('重复不计', 'double, dropped', doubleCounted),
      of('连续', 'consecutive', consecutive),
      of('居民', 'resident', residentMonths),
    ];
    return [`${this.zh ? '合计' : 'total'} ${this.months(total)}`, joined(parts)].filter((line) => line !== '');
  }

  private retirement(): string[] {
    const {
      statutoryAgeOn,
      requiredTotal,
      requiredActual,
      shortfallMonths,
      conditionsMet,
      processed,
      retireeFrom,
      lumpSum,
    } = this.answer.retirement;
    if (statutoryAgeOn === undefined && !processed && retireeFrom === undefined) return [];
    const zh = this.zh;
    return [
      joined([
        statutoryAgeOn && `${zh ? '法定退休年龄' : 'statutory age'} ${statutoryAgeOn}`,
        requiredTotal !== undefined && `${zh ? '要求年限' : 'required'} ${this.months(requiredTotal)}`,
        requiredActual !== undefined && `${zh ? '其中实缴' : 'of which actual'} ${this.months(requiredActual)}`,
        shortfallMonths !== undefined &&
          shortfallMonths > 0 &&
          `${zh ? '尚差' : 'short by'} ${this.months(shortfallMonths)}`,
        conditionsMet !== undefined &&
          (conditionsMet ? (zh ? '符合条件' : 'conditions met') : zh ? '不符合条件' : 'conditions not met'),
        processed && (zh ? '已办退休' : 'processed'),
        retireeFrom && `${zh ? '退休待遇自' : 'retiree from'} ${retireeFrom}`,
      ]),
      joined([
        lumpSum && `${zh ? '趸缴' : 'lump sum'} ${this.months(lumpSum.months)}`,
        lumpSum?.totalFen !== undefined && yuan(lumpSum.totalFen),
      ]),
    ].filter((line) => line !== '');
  }

  private duplicates(): string[] {
    return this.answer.duplicates.map(({ scope, relations, retained, benefitFrom, rule }) =>
      joined([
        this.word(scope),
        relations.map((relation) => this.relation(relation)).join(' / '),
        retained && `${this.zh ? '保留' : 'kept'} ${this.relation(retained)}`,
        benefitFrom && `${this.zh ? '待遇来自' : 'benefits from'} ${this.relation(benefitFrom)}`,
        rule,
      ]),
    );
  }

  private backPayments(): string[] {
    return this.answer.backPayments.map(({ allowed, route, totalFen, feeMonths, rule, reason }) =>
      joined([
        `${feeMonths.from} – ${feeMonths.through}`,
        this.months(feeMonths.count),
        this.word(allowed ? 'allowed' : 'refused'),
        route && this.word(route),
        totalFen !== undefined && yuan(totalFen),
        rule,
        reason,
      ]),
    );
  }

  private lateFees(): string[] {
    return table(
      this.answer.lateFees.map(({ feeMonth, principalFen, days, feeFen, capped, rule }) => [
        feeMonth,
        yuan(principalFen),
        this.zh ? `${days} 天` : `${days} days`,
        yuan(feeFen),
        capped ? this.word('capped') : '',
        rule,
      ]),
    );
  }

  private bases(): string[] {
    return this.answer.bases.map(({ feeMonth, baseFen, rule }) => joined([feeMonth, yuan(baseFen), rule]));
  }

  private refunds(): string[] {
    return this.answer.refunds.map(({ basis, scheme, allowed, feeMonths, benefitYears, amountFen, reason }) =>
      joined([
        this.word(scheme),
        this.word(allowed ? 'allowed' : 'refused'),
        feeMonths && `${feeMonths.from} – ${feeMonths.through} (${feeMonths.count})`,
        benefitYears?.join(', '),
        amountFen !== undefined && yuan(amountFen),
        basis,
        reason,
      ]),
    );
  }

  private stays(): string[] {
    return this.answer.stays.map(({ stayId, admittedOn, dischargedOn, payable, direct, route, rule }) =>
      joined([
        stayId,
        this.span(admittedOn, dischargedOn),
        this.word(payable ? 'payable' : 'notPayable'),
        direct ? this.word('direct') : route && this.word(route),
        rule,
      ]),
    );
  }

  private aid(): string[] {
    return table(this.answer.aid.map(({ aidClass, from, through }) => [this.word(aidClass), this.span(from, through)]));
  }

  private premiumsDue(): string[] {
    return this.answer.premiumsDue.map(({ benefitYear, by, reason, rule }) =>
      joined([String(benefitYear), by && (this.zh ? `${by} 前` : `by ${by}`), reason, rule]),
    );
  }

  private because(): string[] {
    return this.answer.because.flatMap((reason, index) => this.reason(reason, index + 1));
  }

  private reason({ rule, citation, zh, en, arithmetic }: Because, number: number): string[] {
    const place = `${rule} · ${citation.document} ${citation.article}`;
    const sentence = withRegionNames(this.zh ? zh : en, this.speech);
    const lines = wrapped(`${sentence}${this.zh ? '' : ' '}〔${place}〕`, PAGE_WIDTH - 20);
    const legible = arithmetic !== undefined && (this.zh || !/\p{Script=Han}/u.test(arithmetic));
    const sum = legible && !sentence.includes(arithmetic) ? wrapped(arithmetic, PAGE_WIDTH - 20) : [];
    return [...lines, ...sum].map((line, index) => `${index === 0 ? `${number}.`.padEnd(4) : '    '}${line}`);
  }

  private undetermined(): string[] {
    return this.answer.undetermined.map(({ question, rule, why, needs }) =>
      joined([question, rule, this.word(why), needs && `${this.zh ? '需要' : 'needs'} ${needs}`]),
    );
  }

  private readings(): string[] {
    return table(
      this.answer.readings.map(({ id, choice, by }) => [
        `${id} = ${choice}`,
        this.readingText(id, choice),
        this.word(by),
      ]),
    );
  }

  private alternatives(): string[] {
    const { alternatives } = this.input;
    if (alternatives === undefined) return [];
    if (alternatives.length === 0) return [this.zh ? '结果不取决于任何一条的理解' : 'the answer depends on no reading'];
    return alternatives.flatMap(({ reading, choice, changes }) => [
      joined([`${reading} = ${choice}`, this.readingText(reading, choice)]),
      ...changes.flatMap(({ path, from, to }) => {
        const [before, after] = [brief(from), brief(to)];
        const line = `    ${path}: ${before} → ${after}`;
        return widthOf(line) <= PAGE_WIDTH ? [line] : [`    ${path}:`, `      ${before}`, `      → ${after}`];
      }),
    ]);
  }

  private readingText(id: string, choice: string): string {
    const { region, validOn } = this.answer;
    const pack = this.input.policies.inForce(region, validOn) ?? this.input.policies.first(region);
    const text = pack?.readings[id]?.choices[choice];
    return text === undefined ? '' : this.zh ? text.zh : text.en;
  }

  private relation({
    scheme,
    region,
    participation,
  }: {
    scheme: string;
    region: string;
    participation?: string;
  }): string {
    return [this.speech.region(region), this.word(scheme), participation && this.word(participation)]
      .filter(Boolean)
      .join(' ');
  }

  private span(from: string, through: string | undefined): string {
    if (through === undefined) return this.zh ? `${from} 起` : `from ${from}`;
    return from === through ? from : this.zh ? `${from} 至 ${through}` : `${from} to ${through}`;
  }

  /** Months, and from a year on what they are in years. */
  private months(count: number): string {
    const years = Math.floor(count / 12);
    const rest = count % 12;
    if (this.zh)
      return years === 0 ? `${count} 个月` : `${count} 个月（${years} 年${rest === 0 ? '' : ` ${rest} 个月`}）`;
    const plain = `${count} month${count === 1 ? '' : 's'}`;
    return years === 0 ? plain : `${plain} (${years} y${rest === 0 ? '' : ` ${rest} m`})`;
  }

  private word(term: string): string {
    return word(term, this.input.language);
  }
}

function joined(parts: readonly (string | number | false | undefined | null | '')[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== null && part !== '').join(' · ');
}

/** Fen as yuan, to the fen. */
function yuan(fen: number): string {
  return `¥${(fen / 100).toFixed(2)}`;
}

function brief(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '—' : JSON.stringify(value);
}
