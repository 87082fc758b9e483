import { firstDayOf, monthOf, toDay, yearOfMonth, type MonthNumber } from '../calendar';
import { personStream } from '../../events';
import { dayIn, feeMonths, type Life } from './life';
import { askBack, leaveResident, liveAsResident } from './residents';
import { liveAsEmployed, liveAsFlexible, liveWithoutWork, moveAway, payBack, retire } from './employees';
import { ageIn, someone, type Someone } from './someone';

/** Where people may live and work, and what they may ask for there. */
export interface Country {
  regions: readonly string[];
  /** Ids of employers by region. */
  employer(region: string, chance: number): string;
  /** Ids of the rules by which money is asked back, by region; none where nobody asks. */
  refundBases: Readonly<Record<string, readonly string[]>>;
}

/** One person's life within the horizon, told to the ledger. */
export function tellBiography(life: Life, country: Country): void {
  const { chance, horizon } = life;
  const one = someone(chance, chance.pick(country.regions), horizon);
  identify(life, one);
  const deathRate = ageIn(one, horizon.from) > 61 ? 9 : 0.8;
  const diesIn = chance.percent(deathRate) ? chance.between(horizon.from, horizon.through) : Infinity;
  const bornIn = monthOf(one.birth);
  const start = Math.max(horizon.from, bornIn);
  const age = ageIn(one, start);

  const end = Math.min(horizon.through + 1, diesIn);
  if (start >= one.retiresIn && one.urban) retiredLongAgo(life, one, start);
  else if (age < 18 || start >= one.retiresIn) liveAsResident(life, one, start, end);
  else work(life, one, country, start, end);
  if (chance.percent(0.2)) secondRecord(life, one);
  if (diesIn <= horizon.through && diesIn > bornIn) life.die(dayIn(chance, diesIn));
}

function identify(life: Life, one: Someone): void {
  const { chance, horizon } = life;
  const on = Math.max(one.birth, firstDayOf(horizon.from) - chance.between(400, 3000));
  const { sex, birth, retirementCategory } = one;
  const known = chance.percent(96);
  life.tell(
    'Identified',
    on,
    { sex, birthDate: toDay(birth), ...(known ? { retirementCategory } : {}) },
    { source: 'police' },
  );
}

/** Working years: employers, gaps, flexible years, resident years, moves, and at the end of them retirement. */
function work(life: Life, one: Someone, country: Country, start: MonthNumber, end: MonthNumber): void {
  const { chance } = life;
  const until = Math.min(end, one.retiresIn);
  const workedSince = Math.min(start, monthOf(one.birth) + 22 * 12);
  let month = start;
  let employer = country.employer(one.region, chance.word());
  let everEmployed = ageIn(one, start) > 24 && one.urban;
  let as: 'employed' | 'flexible' | 'resident' = chance.weighted(
    one.urban
      ? [
          ['employed', 74],
          ['flexible', 16],
          ['resident', 10],
        ]
      : [
          ['employed', 10],
          ['flexible', 8],
          ['resident', 82],
        ],
  );
  while (month < until && !life.isOver(month)) {
    if (as === 'employed') {
      month = liveAsEmployed(life, one, {
        from: month,
        until,
        employer,
        firstTime: !everEmployed,
        freshGraduate: !everEmployed && ageIn(one, month) < 24,
      });
      everEmployed = true;
    } else if (as === 'flexible') {
      month = liveAsFlexible(life, one, month, until, !everEmployed);
      everEmployed = true;
    } else {
      const leaves = chance.percent(22) ? month + chance.between(6, 40) : until;
      const through = Math.min(leaves, until);
      liveAsResident(life, one, month, through);
      if (through < until) changeScheme(life, one, country, through);
      month = through;
    }
    if (month >= until || life.isOver(month)) break;
    const before = as;
    as = chance.weighted(
      before === 'resident'
        ? [
            ['employed', 80],
            ['flexible', 20],
            ['resident', 0],
          ]
        : [
            ['employed', 60],
            ['flexible', 22],
            ['resident', 18],
          ],
    );
    if (before !== 'resident') {
      const gap = chance.percent(60) ? chance.between(1, 6) : 0;
      const from = month;
      month = liveWithoutWork(life, one, month, gap);
      if (chance.percent(7) && country.regions.length > 1) {
        const to = chance.pick(country.regions.filter((region) => region !== one.region));
        moveAway(life, one, to, month, month - workedSince);
      }
      employer = country.employer(one.region, chance.word());
      if (gap > 0 && as === 'employed' && !life.isOver(month))
        payBack(life, one, { from, through: month - 1 }, employer);
    }
  }
  if (everEmployed && one.retiresIn < end && month >= one.retiresIn - 1) retire(life, one, workedSince);
}

/** From resident to employee: the resident relation ends or is forgotten, the year may be asked back, the duplicate may be found. */
function changeScheme(life: Life, one: Someone, country: Country, month: MonthNumber): void {
  const { chance } = life;
  leaveResident(life, one, month);
  const bases = country.refundBases[one.region] ?? [];
  if (bases.length > 0 && chance.percent(30)) askBack(life, one, yearOfMonth(month), chance.pick(bases), month);
  if (!chance.percent(8)) return;
  const relations = [
    { scheme: 'employee', region: one.region, participation: 'employed' },
    { scheme: 'resident', region: one.region, participation: 'general' },
  ] as { scheme: 'employee' | 'resident'; region: string; participation: 'employed' | 'general' }[];
  const found = dayIn(chance, month + 2);
  life.tell('DuplicateDetected', found, { relations, scope: 'crossScheme' });
  if (chance.percent(60)) {
    const retained = relations[chance.percent(85) ? 0 : 1]!;
    const settled = chance.percent(50) ? 'DuplicateElected' : 'DuplicateResolved';
    life.tell(settled, found + chance.between(5, 60), { relations, scope: 'crossScheme', retained });
  }
}

/** Those who were retired when the time began: what the ledger took over of them. */
function retiredLongAgo(life: Life, one: Someone, start: MonthNumber): void {
  const { chance } = life;
  const { region, retiresIn, retiresOn } = one;
  const relation = { scheme: 'employee', region } as const;
  const from = retiresIn - chance.between(180, 420);
  life.tell('Registered', firstDayOf(from), { ...relation, participation: 'employed' }, { source: 'migration' });
  life.tell('StatutoryAgeReached', retiresOn, {}, { source: 'migration' });
  const paid = feeMonths(...([from, retiresIn - 1].map(monthText) as [string, string]));
  life.tell(
    'Paid',
    firstDayOf(Math.min(retiresIn, start - 1)),
    { ...relation, kind: 'regular', feeMonths: paid, participation: 'employed' },
    { source: 'migration' },
  );
  life.tell(
    'Retired',
    Math.min(retiresOn + chance.between(5, 60), firstDayOf(start)),
    { region, pensionGranted: true },
    { source: 'migration' },
  );
  if (chance.percent(5))
    life.tell(
      'ResidenceChanged',
      dayIn(chance, start + chance.between(0, 12)),
      { habitualResidence: region },
      { source: 'police' },
    );
}

/** A second record of the same person, found out and joined. */
function secondRecord(life: Life, one: Someone): void {
  const { chance, horizon } = life;
  const otherPersonId = `${life.person}B`;
  const stream = personStream(otherPersonId);
  const month = chance.between(horizon.from, horizon.through);
  const relation = { scheme: 'resident', region: one.region } as const;
  life.tell('Registered', dayIn(chance, month), { ...relation, participation: 'general' }, { stream });
  life.tell(
    'Paid',
    dayIn(chance, month),
    { ...relation, kind: 'annual', benefitYear: yearOfMonth(month), personFen: 38000, payer: 'person' },
    { stream },
  );
  life.tell('Merged', dayIn(chance, month + 3), { otherPersonId, reason: '同一人' });
}

function monthText(month: MonthNumber): string {
  return toDay(firstDayOf(month)).slice(0, 7);
}
