import { firstDayOf, firstDayOfYear, lastDayOf, monthOf, toDay, yearOfMonth, type MonthNumber } from '../calendar';
import { aidClasses, type Participation } from '../../events';
import { dayIn, type Life } from './life';
import { ageIn, type Someone } from './someone';

/** What a resident pays for a year, fen, and what the state adds. */
const PREMIUM_FEN = 35000;
const SUBSIDY_FEN = 64000;
/** The month of the year before from which residents pay: October. */
const COLLECTION_FROM = -3;

/**
 * Years as a resident, from a month on until the month before `until`. Most years are paid in the collection period before
 * them, some late, some not at all. Gives the month in which the next thing can happen.
 */
export function liveAsResident(life: Life, one: Someone, from: MonthNumber, until: MonthNumber): MonthNumber {
  const { chance, horizon } = life;
  const relation = { scheme: 'resident', region: one.region } as const;
  const participation = participationOf(one, from);
  const newborn = participation === 'newborn';
  const before = from <= horizon.from;
  const first = before
    ? firstDayOf(from) - chance.between(400, 2500)
    : newborn
      ? bornAndBrought(life, one)
      : dayIn(life.chance, from);
  const registration = life.tell(
    'Registered',
    first,
    { ...relation, participation },
    newborn ? { source: 'agency', delay: 0 } : {},
  );
  if (chance.percent(0.3)) life.takeBack(registration, 'entered for somebody else');
  if (participation === 'student') life.tell('StudentEnrolled', first, { region: one.region }, { source: 'school' });
  const aided = chance.percent(7);
  const aidClass = chance.pick(aidClasses);
  if (aided)
    life.tell(
      'AidGranted',
      dayIn(chance, Math.max(from, horizon.from)),
      { aidClass, region: one.region },
      { source: 'civilAffairs' },
    );

  const lastYear = yearOfMonth(until - 1);
  // Of the years before the horizon the last two are known.
  const firstYear = before ? yearOfMonth(horizon.from) - 2 : yearOfMonth(monthOf(first));
  for (let year = firstYear; year <= lastYear; year++) {
    const january = year * 12;
    if (life.isOver(january) && january > horizon.from) break;
    const startsNow = year === firstYear && !before;
    const when = startsNow
      ? Math.max(first, firstDayOf(monthOf(first))) + chance.between(0, 6)
      : chance.weighted([
          [dayIn(chance, january + COLLECTION_FROM + chance.between(0, 2)), 86],
          [dayIn(chance, january + chance.between(0, 8)), 9],
          [undefined, 5],
        ] as const);
    if (when === undefined) continue;
    const { payer, personFen } = aided
      ? ({ payer: 'subsidy', personFen: 0 } as const)
      : ({ payer: 'person', personFen: PREMIUM_FEN + (year % 5) * 1500 } as const);
    life.pay(when, {
      ...relation,
      kind: 'annual',
      benefitYear: year,
      participation,
      unitFen: SUBSIDY_FEN,
      personFen,
      payer,
    });
    if (chance.percent(1.2)) stay(life, one, january + chance.between(0, 9), `${year}`);
  }
  if (aided && chance.percent(40)) {
    life.tell(
      'AidEnded',
      dayIn(chance, Math.min(until, horizon.through)),
      { aidClass, region: one.region },
      { source: 'civilAffairs' },
    );
  }
  return until;
}

/** A hospital stay in a month, of one to twenty days. */
export function stay(life: Life, one: Someone, month: MonthNumber, name: string): void {
  const admittedOn = dayIn(life.chance, month);
  const data = { stayId: `S-${life.person}-${name}`, region: one.region };
  life.tell('Admitted', admittedOn, data);
  life.tell('Discharged', admittedOn + life.chance.between(1, 20), data);
}

/** Leaves the resident scheme for the employee one: told by most, forgotten by some, which shows as a duplicate. */
export function leaveResident(life: Life, one: Someone, month: MonthNumber): void {
  if (!life.chance.percent(70)) return;
  const relation = { scheme: 'resident', region: one.region } as const;
  if (life.chance.percent(50)) life.tell('Suspended', lastDayOf(month - 1), { ...relation, reason: '转职工医保' });
  else life.tell('Terminated', firstDayOf(month), { ...relation, reason: 'employeeRegistered' });
}

/** A resident year asked back by somebody who became an employee. */
export function askBack(life: Life, one: Someone, year: number, basis: string, month: MonthNumber): void {
  const { chance } = life;
  const asked = { scheme: 'resident', region: one.region, basis, benefitYear: year } as const;
  const on = dayIn(chance, month);
  life.tell('RefundRequested', on, asked);
  if (chance.percent(40)) life.tell('Refunded', on + chance.between(5, 40), { ...asked, amountFen: PREMIUM_FEN });
  else if (chance.percent(30)) life.tell('RefundDenied', on + chance.between(5, 40), asked);
}

/** The day on which parents bring the child: mostly within three months, some late. */
function bornAndBrought({ chance }: Life, { birth }: Someone): number {
  return birth + (chance.percent(85) ? chance.between(3, 85) : chance.between(95, 300));
}

function participationOf(one: Someone, month: MonthNumber): Participation {
  const age = ageIn(one, month);
  if (age < 1) return 'newborn';
  if (age >= 6 && age < 22) return 'student';
  return 'general';
}

/** The collection period of residents for a year, as a region announces it. */
export function collectionPeriod(year: number): {
  benefitYear: number;
  kind: 'collection';
  from: string;
  through: string;
} {
  const announced = firstDayOf(year * 12 + COLLECTION_FROM);
  return { benefitYear: year, kind: 'collection', from: toDay(announced), through: toDay(firstDayOfYear(year) - 1) };
}
