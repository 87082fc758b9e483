import { monthNumber, monthOf, toDay, toMonth, yearOfMonth, type MonthNumber } from '../calendar';
import type { RegisteredData } from '../../events';
import type { Fact } from '../../projections/history';
import { placeMustMatch, nonLocal } from './belonging';
import { barredByResident } from './barred-by-resident';
import type { Register } from './command';
import { accept, refuse, type Decision, type NewEvent, type Refused } from './decision';
import { Findings } from './findings';
import { besideEmployee } from './beside-employee';
import type { Situation } from './situation';
import { aidedPlace } from './student-place';

/**
 * Opens a relation on the day. What stands in the way is a rule of the region: an old relation that must be suspended, a
 * paid month that must go back first, a resident payment that bars flexible work, a place where the person does not belong.
 */
export function register({ data }: Register, at: Situation): Decision {
  if (isRegistered(data, at)) return accept();

  const findings = new Findings();
  const firstFeeMonth = data.scheme === 'employee' ? monthAskedFor(data, at) : undefined;
  const refused =
    custody(at, findings) ??
    (data.participation === 'flexible'
      ? barredByResident(at, firstFeeMonth === undefined ? undefined : yearOfMonth(firstFeeMonth), findings)
      : undefined) ??
    oldRelation(data, at, findings) ??
    nonLocal(data, at, findings) ??
    (data.scheme === 'resident' ? besideEmployee(at, findings) : undefined) ??
    placeMustMatch(data, at, findings);
  if (refused) return refused;

  afterDeath(at, findings);
  if (data.participation === 'student') aidedPlace(data.region, at, findings);
  const registered: RegisteredData = { ...data };
  if (data.scheme === 'employee') {
    const month = paidMonth(data, at, findings);
    if (typeof month === 'object') return month;
    if (month !== undefined) registered.firstFeeMonth = toMonth(month);
    employerDeadline(data, at, findings);
  }
  return accept(
    [{ type: 'Registered', effectiveOn: at.day, data: registered }, ...residentEnds(data, at, findings)],
    findings.found,
  );
}

/** Said twice, recorded once: on the same day, or of a relation that stands; without an employer's id a later day is another job. */
function isRegistered({ scheme, region, participation, employerId }: RegisteredData, at: Situation): boolean {
  const isSame = ({ data }: Fact<'Registered'>) =>
    data.scheme === scheme &&
    data.region === region &&
    data.participation === participation &&
    data.employerId === employerId;
  if (at.inquiry.facts('Registered').some((fact) => fact.day === at.on && isSame(fact))) return true;
  if (participation === 'employed' && employerId === undefined) return false;
  return at.standing(scheme).some(({ registered }) => registered !== undefined && isSame(registered));
}

function monthAskedFor({ firstFeeMonth }: RegisteredData, at: Situation): MonthNumber {
  return firstFeeMonth === undefined ? monthOf(at.on) : monthNumber(firstFeeMonth);
}

/** JL-20.1: an employee relation that is still normal is suspended before another is registered. */
function oldRelation({ scheme }: RegisteredData, at: Situation, findings: Findings): Refused | undefined {
  if (scheme !== 'employee') return undefined;
  const [old] = at.normal('employee');
  if (!old) return undefined;
  const rule = at.inquiry.read('registration.mustSuspendOld', at.region, at.on);
  if (rule.known && rule.value) {
    return refuse(
      rule.rule,
      {
        zh: '职工医保参保状态为正常参保，须先暂停（中止）原职工参保关系后再申请办理。',
        en: 'The employee relation is still normal; it must be suspended before another is registered.',
      },
      { details: { region: old.region, participation: old.participation } },
    );
  }
  if (!rule.known) {
    findings.silent('registration.mustSuspendOld', {
      zh: '原职工参保关系仍为正常参保，文件未规定是否须先暂停，请人工核实。',
      en: 'The old employee relation is still normal and the document does not say whether it must be suspended first.',
    });
  }
  return undefined;
}

/**
 * JL-20.2: of a month that was paid before the suspension the money goes back first while the month has not begun; once it
 * has, it is not assessed again and the relation pays from the first unpaid month.
 */
function paidMonth(data: RegisteredData, at: Situation, findings: Findings): MonthNumber | Refused | undefined {
  const rule = at.inquiry.read('registration.paidMonth', at.region, at.on);
  const asked = monthAskedFor(data, at);
  if (!rule.known || !at.paidMonth(asked)) return undefined;
  const running = monthOf(at.on);
  let unpaid = asked;
  while (at.paidMonth(unpaid)) unpaid++;
  const notBegun = data.firstFeeMonth === undefined ? unpaid - 1 > running : asked > running;
  if (notBegun) {
    return refuse(
      rule.rule,
      {
        zh: `${toMonth(Math.max(asked, running + 1))} 的医保费已实缴且待遇期尚未开始，须先办理退费再申请登记。`,
        en: `The fee month ${toMonth(Math.max(asked, running + 1))} is paid and has not begun; the money goes back before the registration.`,
      },
      { details: { feeMonth: toMonth(Math.max(asked, running + 1)) } },
    );
  }
  findings.rests(rule.rule, {
    zh: `${toMonth(asked)} 已实缴并进入待遇享受期，当月不再重复核定缴费。`,
    en: `${toMonth(asked)} is paid and has begun; it is not assessed again.`,
  });
  return unpaid;
}

/** JL-19.1: a deadline without a stated consequence is noted, not refused. */
function employerDeadline({ employerId, participation }: RegisteredData, at: Situation, findings: Findings): void {
  if (participation !== 'employed') return;
  const rule = at.inquiry.read('registration.employerDays', at.region, at.on);
  const started = at.inquiry
    .facts('EmploymentStarted')
    .findLast(({ day, data }) => day <= at.on && (employerId === undefined || data.employerId === employerId));
  if (!rule.known || !started || at.on <= started.day + rule.value.days) return;
  const last = toDay(started.day + rule.value.days);
  findings.rests(rule.rule, {
    zh: `应自用工之日起 ${rule.value.days} 日内（最迟 ${last}）办理参保登记，已逾期；文件未写明逾期的后果。`,
    en: `Registration was due within ${rule.value.days} days of the start of employment, by ${last}; the document names no consequence.`,
  });
}

/** JL-20.3: with the employee registration the resident relation ends by itself. */
function residentEnds(data: RegisteredData, at: Situation, findings: Findings): NewEvent[] {
  if (data.scheme !== 'employee') return [];
  const ends = at.inquiry.read('switch.residentEndsOnRegistration', data.region, at.on);
  if (!ends.known || !ends.value) return [];
  return at.standing('resident').map(({ region }) => {
    findings.rests(ends.rule, {
      zh: '成功办理职工参保登记后，原居民医保参保关系自动终止。',
      en: 'With the employee registration the resident relation ends by itself.',
    });
    return {
      type: 'Terminated',
      effectiveOn: at.day,
      data: { scheme: 'resident', region, reason: 'employeeRegistered' },
    };
  });
}

/** A newborn who died may still be enrolled (XA-2.2.3); who else may, no document says. */
function afterDeath(at: Situation, findings: Findings): void {
  const died = at.inquiry.facts('Died').find(({ day }) => day < at.on);
  if (!died) return;
  findings.silent('registration.afterDeath', {
    zh: `参保人已于 ${toDay(died.day)} 死亡，请人工核实是否仍须登记。`,
    en: `The person died on ${toDay(died.day)}; a person must look whether there is anything left to register.`,
  });
}

/** TL-1.3: community correction is no bar. Of a sentence no document says anything at registration. */
function custody(at: Situation, findings: Findings): undefined {
  const started = at.inquiry.facts('CustodyStarted').findLast(({ day }) => day <= at.on);
  if (!started || at.inquiry.facts('CustodyEnded').some(({ day }) => day >= started.day && day <= at.on))
    return undefined;
  const rule = at.inquiry.read('registration.communityCorrection', at.region, at.on);
  if (started.data.kind === 'communityCorrection' && rule.known) {
    findings.rests(rule.rule, {
      zh: '社区矫正对象可以参保并享受待遇。',
      en: 'A person in community correction may be insured and draw benefits.',
    });
  } else {
    findings.silent('registration.communityCorrection', {
      zh: '服刑期间能否办理参保登记，文件未规定，请人工核实。',
      en: 'The document does not say whether a person in custody may be registered.',
    });
  }
  return undefined;
}
