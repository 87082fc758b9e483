import {
  firstDayOf,
  lastDayOf,
  monthOf,
  numberOf,
  toMonth,
  yearOfMonth,
  type DayNumber,
  type MonthNumber,
} from '../calendar';
import type { LedgerEvent, Payer } from '../../events';
import { dayIn, feeMonths, type Life } from './life';
import type { Someone } from './someone';
import { stay } from './residents';

/** Contribution rates in percent of the wage: invented, and near what is usual. */
const UNIT_PERCENT = 8;
const PERSON_PERCENT = 2;
const FLEXIBLE_PERCENT = 9;

interface Employment {
  from: MonthNumber;
  /** The last month that can be paid. */
  until: MonthNumber;
  employer: string;
  firstTime: boolean;
  freshGraduate?: boolean;
}

/** Months with an employer, paid one by one; gives the first month after them. */
export function liveAsEmployed(life: Life, one: Someone, employment: Employment): MonthNumber {
  const { chance, horizon } = life;
  const { employer } = employment;
  const relation = { scheme: 'employee', region: one.region } as const;
  const since = registeredSince(life, one, employment);
  register(life, one, employment, since);
  if (since < firstDayOf(horizon.from)) payEarlierYears(life, one, employer, monthOf(since));

  let month = Math.max(employment.from, horizon.from);
  const payDate = chance.between(3, 15);
  const arrears = chance.percent(5) ? month + chance.between(2, 18) : Infinity;
  const leaves =
    month +
    chance.weighted([
      [chance.between(2, 12), 18],
      [chance.between(13, 40), 27],
      [Infinity, 55],
    ]);
  const end = Math.min(employment.until, leaves);
  for (; month < end && !life.isOver(month); month++) {
    if (month === arrears) {
      const owed = Math.min(chance.between(1, 5), end - month);
      oweMonths(life, one, employer, month, owed);
      month += owed - 1;
      continue;
    }
    life.pay(firstDayOf(month) + (chance.percent(6) ? payDate + 27 : payDate), {
      ...relation,
      feeMonths: feeMonths(toMonth(month)),
      participation: 'employed',
      employerId: employer,
      ...share(one, 1),
    });
    if (chance.percent(0.12)) stay(life, one, month, toMonth(month));
  }
  const goes = end === leaves && !life.isOver(month);
  if (goes) {
    const last = lastDayOf(month - 1);
    life.tell('EmploymentEnded', last, { employerId: employer });
    life.tell('Suspended', last, { ...relation, reason: chance.pick(['解除劳动合同', '合同到期', '单位停保']) });
  }
  return Math.max(month, employment.from + 1);
}

/** Months as a flexible worker: by the year in spring, or month by month with some left out. */
export function liveAsFlexible(
  life: Life,
  one: Someone,
  from: MonthNumber,
  until: MonthNumber,
  firstTime: boolean,
): MonthNumber {
  const { chance, horizon } = life;
  const relation = { scheme: 'employee', region: one.region } as const;
  const participation = 'flexible' as const;
  const before = from <= horizon.from && chance.percent(70);
  const registeredOn = before ? firstDayOf(horizon.from) - chance.between(30, 2000) : dayIn(chance, from, 1, 12);
  life.tell('Registered', registeredOn, {
    ...relation,
    participation,
    fundMode: 'pooledOnly',
    firstTime: firstTime && !before,
  });
  const annually = chance.percent(55);
  const leaves =
    from +
    chance.weighted([
      [chance.between(6, 24), 35],
      [Infinity, 65],
    ]);
  const end = Math.min(until, leaves);
  let month = Math.max(from, horizon.from);
  while (month < end && !life.isOver(month)) {
    const through = annually ? Math.min(yearOfMonth(month) * 12 + 11, end - 1) : month;
    const months = through - month + 1;
    const on = annually && month % 12 === 0 ? dayIn(chance, month + chance.between(0, 2)) : dayIn(chance, month);
    const personFen = fen(one.wageFen * FLEXIBLE_PERCENT * months);
    if (!chance.percent(annually ? 6 : 4)) {
      life.pay(on, {
        ...relation,
        kind: months === 12 ? 'annual' : 'regular',
        feeMonths: feeMonths(toMonth(month), toMonth(through)),
        participation,
        personFen,
        payer: 'person',
      });
    } else if (chance.percent(50)) {
      life.pay(on + chance.between(40, 150), {
        ...relation,
        kind: 'back',
        feeMonths: feeMonths(toMonth(month), toMonth(through)),
        participation,
        personFen,
        payer: 'person',
      });
    }
    month = through + 1;
  }
  if (end === leaves && !life.isOver(month))
    life.tell('Suspended', lastDayOf(month - 1), { ...relation, reason: '本人申请停保' });
  return Math.max(month, from + 1);
}

/** Months without work: some draw unemployment benefit, whose fund pays; some months are paid back on return. Gives the first month after them. */
export function liveWithoutWork(life: Life, one: Someone, from: MonthNumber, months: number): MonthNumber {
  const { chance } = life;
  if (chance.percent(18) && months >= 2) {
    const through = from + months - 1;
    life.tell('UnemploymentBenefitStarted', firstDayOf(from), {});
    for (let month = from; month <= through && !life.isOver(month); month++) {
      life.pay(firstDayOf(month) + 19, {
        scheme: 'employee',
        region: one.region,
        feeMonths: feeMonths(toMonth(month)),
        participation: 'unemployed',
        personFen: fen(one.wageFen * FLEXIBLE_PERCENT),
        payer: 'unemploymentFund' satisfies Payer,
      });
    }
    if (!life.isOver(through)) life.tell('UnemploymentBenefitEnded', lastDayOf(through), {});
  }
  return from + months;
}

/** On return some ask to pay for the months they missed, and most of those pay. */
export function payBack(
  life: Life,
  one: Someone,
  gap: { from: MonthNumber; through: MonthNumber },
  employer: string,
): void {
  const { chance } = life;
  if (!chance.percent(35)) return;
  const relation = { scheme: 'employee', region: one.region } as const;
  const asked = dayIn(chance, gap.through + 1, 5, 20);
  const months = Array.from({ length: gap.through - gap.from + 1 }, (_, index) => toMonth(gap.from + index));
  life.tell('BackPaymentRequested', asked, {
    ...relation,
    kind: 'registeredUnpaid',
    feeMonths: months,
    evidence: ['合同', '工资单'],
  });
  if (!chance.percent(70)) return;
  life.pay(asked + chance.between(2, 30), {
    ...relation,
    kind: 'back',
    feeMonths: feeMonths(months[0]!, months[months.length - 1]),
    participation: 'employed',
    employerId: employer,
    ...share(one, months.length),
  });
}

/** The statutory age: those with an employer or on their own retire, some after buying the years they lack. */
export function retire(life: Life, one: Someone, workedSince: MonthNumber): void {
  const { chance } = life;
  const { region, retiresOn, retiresIn } = one;
  life.tell('StatutoryAgeReached', retiresOn, {});
  if (chance.percent(45)) {
    const first = Math.max(numberOf(1975, 1, 1), one.birth + 18 * 365);
    const through = Math.min(monthOf(retiresOn) - 60, numberOf(2001, 6, 1) > first ? monthOf(numberOf(2001, 6, 1)) : 0);
    const from = Math.max(monthOf(first), through - chance.between(12, 240));
    if (from < through)
      life.tell('YearsRecognised', retiresOn - chance.between(10, 60), {
        kind: 'deemed',
        span: feeMonths(toMonth(from), toMonth(through)),
        region,
        authority: '经办机构',
      });
  }
  const paidMonths = retiresIn - workedSince;
  if (paidMonths < 300 && chance.percent(55)) {
    const monthsBought = Math.min(120, 300 - paidMonths);
    life.pay(retiresOn + chance.between(3, 25), {
      scheme: 'employee',
      region,
      kind: 'lumpSum',
      monthsBought,
      participation: 'employed',
      personFen: fen(one.wageFen * FLEXIBLE_PERCENT * monthsBought),
      payer: 'person',
    });
  }
  if (chance.percent(88)) life.tell('Retired', retiresOn + chance.between(5, 60), { region, pensionGranted: true });
}

/** Moves to another region and takes his months along. */
export function moveAway(life: Life, one: Someone, to: string, month: MonthNumber, paidMonths: number): void {
  const { chance } = life;
  const fromRegion = one.region;
  life.tell('Terminated', firstDayOf(month), { scheme: 'employee', region: fromRegion, reason: 'transferOut' });
  if (chance.percent(40))
    life.tell('ResidenceChanged', firstDayOf(month), { habitualResidence: to }, { source: 'police' });
  one.region = to;
  const lastPaidMonth = toMonth(month - 1);
  life.tell('Transferred', dayIn(chance, month, 10, 28), {
    fromRegion,
    toRegion: to,
    lastPaidMonth,
    ...(chance.percent(70) ? { carried: { outOfProvinceActual: Math.max(1, paidMonths) } } : {}),
  });
}

function registeredSince(life: Life, one: Someone, { from }: Employment): DayNumber {
  const { chance, horizon } = life;
  if (from > horizon.from) return dayIn(chance, from, 1, 10);
  const grown = monthOf(one.birth) + 20 * 12;
  const months = chance.between(1, Math.max(1, Math.min(20 * 12, horizon.from - grown)));
  return firstDayOf(horizon.from - months);
}

function register(life: Life, one: Someone, employment: Employment, since: DayNumber): LedgerEvent | undefined {
  const { chance } = life;
  const { employer, firstTime, freshGraduate } = employment;
  // Some payments come for people whom nobody registered.
  if (chance.percent(0.6)) return undefined;
  life.tell('EmploymentStarted', since, { employerId: employer, kind: 'fullTime' });
  return life.tell('Registered', since, {
    scheme: 'employee',
    region: one.region,
    participation: 'employed',
    employerId: employer,
    fundMode: 'withAccount',
    ...(firstTime ? { firstTime: true } : {}),
    ...(freshGraduate ? { freshGraduate: true } : {}),
  });
}

/** What was paid before the horizon stands in one block, as it was taken over. */
function payEarlierYears(life: Life, one: Someone, employer: string, from: MonthNumber): void {
  const { horizon } = life;
  const through = horizon.from - 1;
  if (from > through) return;
  life.tell(
    'Paid',
    firstDayOf(through) + 4,
    {
      scheme: 'employee',
      region: one.region,
      kind: 'regular',
      feeMonths: feeMonths(toMonth(from), toMonth(through)),
      participation: 'employed',
      employerId: employer,
      ...share(one, through - from + 1),
    },
    { source: 'migration', delay: 0 },
  );
}

/** An employer in arrears: assessed month by month, paid later with a late fee, or not. */
function oweMonths(life: Life, one: Someone, employer: string, from: MonthNumber, months: number): void {
  const { chance } = life;
  const relation = { scheme: 'employee', region: one.region } as const;
  for (let month = from; month < from + months; month++) {
    life.tell('Assessed', firstDayOf(month), {
      ...relation,
      feeMonth: toMonth(month),
      ...share(one, 1),
      dueOn: `${toMonth(month)}-25`,
      channel: 'tax',
    });
  }
  if (!chance.percent(65)) return;
  const amounts = share(one, months);
  life.pay(dayIn(chance, from + months + chance.between(0, 3), 5, 25), {
    ...relation,
    kind: 'back',
    feeMonths: feeMonths(toMonth(from), toMonth(from + months - 1)),
    participation: 'employed',
    employerId: employer,
    ...amounts,
    lateFeeFen: Math.floor(((amounts.unitFen + amounts.personFen) * months * 15) / 1000),
  });
}

function share({ wageFen }: Someone, months: number): { unitFen: number; personFen: number } {
  return { unitFen: fen(wageFen * UNIT_PERCENT * months), personFen: fen(wageFen * PERSON_PERCENT * months) };
}

/** Hundredths of a percentage point of fen, as whole fen. */
function fen(hundredths: number): number {
  return Math.floor(hundredths / 100);
}
