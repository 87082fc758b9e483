import { monthOf, toDay, yearOf } from '../../libs/calendar';
import type { RuleValues } from '../../libs/policy/evaluation';
import { aidHeld } from '../aid';
import { factsOf, type Fact } from '../history';
import type { BenefitYear } from '../payments';
import { benefitStart } from './benefit-start';
import { paidYears, refuse, type Claimed, type Verdict } from './verdict';

type BeforeStart = RuleValues['refund.residentBeforeStart'];
type Cause = BeforeStart['causes'][number];

/** A resident year before its benefits begin, for one of the causes that the rule names. */
export function beforeStart(claimed: Claimed, rule: BeforeStart): Verdict {
  const years = candidates(claimed);
  if (years.length === 0) return nothingPaid(claimed);
  const open = years.filter(
    (paid) => gateDay(claimed, paid, rule).day < benefitStart(claimed.inquiry, claimed.timeline, paid),
  );
  if (open.length === 0) return tooLate(claimed, years[years.length - 1]!, rule);
  const because = years.map((paid) => ({ paid, cause: causeOf(claimed, paid, rule.causes) }));
  const caused = because.filter(({ cause }) => cause !== undefined);
  if (caused.length === 0)
    return refuse(
      claimed.basis,
      '没有重复缴费、参加职工医保或参加外地居民医保的记录，不符合退费条件。',
      'Nothing shows a second payment, the employee scheme or another region.',
    );
  const inTime = caused.filter(
    ({ paid }) => gateDay(claimed, paid, rule).day < benefitStart(claimed.inquiry, claimed.timeline, paid),
  );
  if (inTime.length === 0) return tooLate(claimed, caused[caused.length - 1]!.paid, rule);
  const { paid, cause } = inTime[inTime.length - 1]!;
  const gate = gateDay(claimed, paid, rule);
  const start = benefitStart(claimed.inquiry, claimed.timeline, paid);
  return {
    allowed: true,
    years: inTime.map((entry) => entry.paid),
    events: [...gate.events, ...cause!.events],
    zh: `${paid.year} 年度待遇自 ${toDay(start)} 开始，${gate.zh}在此之前，${cause!.zh}，可以退费`,
    en: `Benefits of ${paid.year} begin on ${toDay(start)}; ${gate.en} lies before it, and ${cause!.en}: the premium goes back`,
  };
}

/** The same for a person whose premium was subsidised; the place is that of the relation to be ended. */
export function ofAided(claimed: Claimed, rule: BeforeStart): Verdict {
  const { inquiry, request } = claimed;
  const subsidised =
    candidates(claimed).some(({ payment }) => payment.data.payer === 'subsidy') ||
    aidHeld(inquiry, request.day).some(({ from, through }) => from <= request.day && through >= firstPaid(claimed));
  if (!subsidised) return refuse(claimed.basis, '没有享受参保缴费资助的记录。', 'Nothing shows a subsidised premium.');
  return beforeStart(claimed, rule);
}

/** Death in waiting or before benefits begin. */
export function afterDeath(claimed: Claimed): Verdict {
  const { inquiry, request, timeline } = claimed;
  const died = factsOf(inquiry.history, 'Died').find(({ day }) => day <= request.day);
  if (!died) return refuse(claimed.basis, '没有死亡记录，不符合退费条件。', 'No death is on record.');
  const years = candidates(claimed, yearOf(died.day));
  if (years.length === 0) return nothingPaid(claimed);
  const before = years.filter((paid) => died.day < benefitStart(inquiry, timeline, paid));
  if (before.length === 0) return tooLate(claimed, years[years.length - 1]!, undefined);
  const start = benefitStart(inquiry, timeline, before[before.length - 1]!);
  return {
    allowed: true,
    years: before,
    events: died.events,
    zh: `${toDay(died.day)} 死亡，待遇要到 ${toDay(start)} 才开始，可以退费`,
    en: `The person died on ${toDay(died.day)}, before benefits would have begun on ${toDay(start)}: the premium goes back`,
  };
}

/** Years asked for; where none is named, those of the year of the request (or `since`) and later. One payment a year: of two the last goes back. */
function candidates(claimed: Claimed, since = yearOf(claimed.request.day)): BenefitYear[] {
  const years = new Map<number, BenefitYear>();
  for (const paid of paidYears(claimed)) {
    if (claimed.request.data.benefitYear === undefined && paid.year < since) continue;
    years.set(paid.year, paid);
  }
  return [...years.values()].sort((a, b) => a.year - b.year);
}

function firstPaid(claimed: Claimed): number {
  return Math.min(...candidates(claimed).map(({ arrival }) => arrival));
}

/** The day that must lie before the start. Without a recorded end the application is the end, made in the same act. */
function gateDay(
  claimed: Claimed,
  paid: BenefitYear,
  { before }: BeforeStart,
): { day: number; zh: string; en: string; events: string[] } {
  const { inquiry, request, timeline, on } = claimed;
  const asked = {
    day: request.day,
    zh: `${toDay(request.day)} 提出的申请`,
    en: `the application of ${toDay(request.day)}`,
    events: [],
  };
  if (before === 'request') return asked;
  const ended = factsOf(inquiry.history, 'Terminated').find(
    ({ day, data }) => data.scheme === 'resident' && data.region === paid.region && day >= paid.arrival && day <= on,
  );
  const died = timeline.diedOn;
  if (died !== undefined && died <= request.day && (!ended || died <= ended.day))
    return { day: died, zh: `${toDay(died)} 死亡`, en: `the death on ${toDay(died)}`, events: [] };
  if (!ended) return asked;
  return {
    day: ended.day,
    zh: `${toDay(ended.day)} 终止参保关系`,
    en: `the end of the relation on ${toDay(ended.day)}`,
    events: ended.events,
  };
}

function causeOf(
  claimed: Claimed,
  paid: BenefitYear,
  causes: readonly Cause[],
): { zh: string; en: string; events: string[] } | undefined {
  for (const cause of causes) {
    const events = evidenceFor(claimed, paid, cause);
    if (events) return { ...CAUSES[cause], events };
  }
  return undefined;
}

const CAUSES: Record<Cause, { zh: string; en: string }> = {
  duplicate: { zh: '存在重复缴费', en: 'the year was paid twice' },
  employee: { zh: '已参加职工医保', en: 'the person joined the employee scheme' },
  otherRegion: { zh: '已参加其他统筹地区居民医保', en: 'the person joined the resident scheme of another region' },
  death: { zh: '参保人已死亡', en: 'the person has died' },
};

/** The facts, by the request, that show the cause. */
function evidenceFor(
  { inquiry, request, payments, timeline }: Claimed,
  paid: BenefitYear,
  cause: Cause,
): string[] | undefined {
  const ended = (...reasons: string[]) =>
    factsOf(inquiry.history, 'Terminated').find(
      ({ day, data }) =>
        day <= request.day &&
        data.scheme === 'resident' &&
        data.region === paid.region &&
        day >= paid.arrival &&
        reasons.includes(data.reason),
    )?.events;
  const others = payments.years.filter(
    (other) => other.year === paid.year && other.payment !== paid.payment && other.arrival <= request.day,
  );
  switch (cause) {
    case 'duplicate': {
      const detected = factsOf(inquiry.history, 'DuplicateDetected').find(
        ({ day }) => paid.arrival <= day && day <= request.day,
      );
      return others[0]?.payment.events ?? detected?.events ?? ended('duplicate');
    }
    case 'otherRegion':
      return others.find(({ region }) => region !== paid.region)?.payment.events ?? ended('transferOut');
    case 'employee':
      return employeeBy(inquiry.history.facts as readonly Fact[], paid, request.day) ?? ended('employeeRegistered');
    case 'death':
      return timeline.diedOn !== undefined && timeline.diedOn <= request.day
        ? factsOf(inquiry.history, 'Died').at(-1)!.events
        : ended('death');
  }
}

/** A registration in the employee scheme that stands on the day, or a fee month paid there since the premium. */
function employeeBy(facts: readonly Fact[], paid: BenefitYear, day: number): string[] | undefined {
  let standing: string[] | undefined;
  for (const fact of facts) {
    if (fact.day > day) break;
    if (fact.type === 'Registered' && fact.data.scheme === 'employee') standing = fact.events;
    if ((fact.type === 'Suspended' || fact.type === 'Terminated') && fact.data.scheme === 'employee')
      standing = undefined;
    if (fact.type === 'Paid' && fact.data.scheme === 'employee' && fact.data.feeMonths && fact.data.kind !== 'back') {
      const month = fact.data.feeMonths.through;
      if (month >= toDay(paid.arrival).slice(0, 7) && monthOf(fact.day) >= monthOf(paid.arrival))
        standing = fact.events;
    }
  }
  return standing;
}

function tooLate(claimed: Claimed, paid: BenefitYear, rule: BeforeStart | undefined): Verdict {
  const { inquiry, request, timeline } = claimed;
  const after = inquiry.read('refund.residentAfterStart', request.data.region, request.day);
  const start = benefitStart(inquiry, timeline, paid);
  const gate = rule ? gateDay(claimed, paid, rule) : undefined;
  const when = gate
    ? { zh: `${gate.zh}不早于此日`, en: `${gate.en} is not before that day` }
    : { zh: '此前没有死亡', en: 'the death is not before that day' };
  return refuse(
    after.known ? after.rule : claimed.basis,
    `${paid.year} 年度待遇自 ${toDay(start)} 已经开始，${when.zh}，个人缴费不再退回。`,
    `Benefits of ${paid.year} began on ${toDay(start)} and ${when.en}; the premium does not go back.`,
    gate?.events,
  );
}

function nothingPaid(claimed: Claimed): Verdict {
  return refuse(claimed.basis, '没有可退的年度缴费。', 'No premium is on record that could go back.');
}
