import { addMonths, at } from './days';
import { RegionExtract } from './extract';

const EMPLOYED = { insutype: '310', category: '1101', unitYuan: 480, personYuan: 120 };
const FLEXIBLE = { insutype: '310', category: '1103', personYuan: 600 };
const RESIDENT = { insutype: '390', category: '1501', personYuan: 350 };
const NEWBORN = { insutype: '390', category: '1401', personYuan: 350 };

/** Invented people of 211200: days of waiting counted from the day the money arrived. */
export function tielingExtract(): RegionExtract {
  const extract = new RegionExtract(
    '211200',
    [
      { id: 'E2112000001', name: '银州机械厂' },
      { id: 'E2112000002', name: '柴河物流有限公司' },
      { id: 'E2112000003', name: '龙首山小学' },
      { id: 'E2112000004', name: '调兵山矿业（集团）' },
    ],
    211200,
  );
  announcements(extract);
  steadyEmployees(extract);
  for (const months of [2, 3, 4, 5]) interrupted(extract, months);
  firstTimers(extract);
  switchers(extract);
  newborns(extract);
  residents(extract);
  flexible(extract);
  retirees(extract);
  duplicates(extract);
  lateCorrections(extract);
  reversals(extract);
  endings(extract);
  aided(extract);
  faults(extract);
  return extract;
}

function announcements(extract: RegionExtract): void {
  const stream = `region-${extract.region}`;
  for (const benefitYear of [2022, 2023, 2024]) {
    const before = benefitYear - 1;
    extract.tell({
      type: 'CollectionPeriodAnnounced',
      stream,
      effectiveOn: `${before}-09-15`,
      recordedAt: `${before}-09-15T09:00:00+08:00`,
      data: { benefitYear, kind: 'collection', from: `${before}-10-01`, through: `${before}-12-31` },
    });
  }
  for (const [year, value] of [
    ['2022', 612300],
    ['2023', 641800],
  ] as const) {
    extract.tell({
      type: 'ReferenceValuePublished',
      stream,
      effectiveOn: `${year}-06-30`,
      recordedAt: `${year}-06-30T09:00:00+08:00`,
      data: { name: 'averageMonthlyWageFen', value, unit: 'fen', validFrom: `${year}-01-01`, validThrough: `${year}-12-31`, source: '样例：上年度职工月平均工资' },
    });
  }
}

function identify(extract: RegionExtract, person: string, sex: 'male' | 'female', birthDate: string, on: string, more: object = {}): void {
  extract.tell({ type: 'Identified', person, effectiveOn: on, recordedAt: at(on), data: { sex, birthDate, ...more } });
}

/** Registered, with the years before the rules paid in one block, and month by month from 2022 on. */
function employee(extract: RegionExtract, person: string, through: string, since = '2019-03'): string {
  const employer = extract.anyEmployer();
  extract.relate({ person, ...EMPLOYED, from: `${since}-01`, employer });
  extract.pay({ person, ...EMPLOYED, employer, from: since, through: '2021-12', arrival: '2021-12-06' });
  extract.payMonths({ person, ...EMPLOYED, employer }, '2022-01', through, 5 + extract.any(6));
  return employer;
}

function steadyEmployees(extract: RegionExtract): void {
  for (let count = 0; count < 14; count++) {
    const story = { zh: '连续缴费的在职职工', en: 'an employee who pays month by month' };
    const person = extract.nextPerson(count === 0 ? story : undefined);
    const sex = count % 2 === 0 ? 'male' : 'female';
    identify(extract, person, sex, `19${70 + extract.any(25)}-0${1 + extract.any(9)}-1${extract.any(9)}`, '2019-03-01');
    const employer = employee(extract, person, '2022-09', count % 3 === 0 ? '2015-07' : '2019-03');
    extract.payMonths({ person, ...EMPLOYED, employer }, '2022-10', '2022-12', 7, true);
  }
}

/** Some months unpaid after June 2022; half of the people pay them back on return. */
function interrupted(extract: RegionExtract, gap: number): void {
  for (let count = 0; count < 5; count++) {
    const paidBack = count % 2 === 0;
    const story = {
      zh: `中断 ${gap} 个月${paidBack ? '后补缴' : '，未补缴'}`,
      en: `${gap} months unpaid, ${paidBack ? 'paid back' : 'never paid back'}`,
    };
    const person = extract.nextPerson(count < 2 ? story : undefined);
    const employer = employee(extract, person, '2022-05');
    const returned = addMonths('2022-06', gap);
    const arrival = `${returned}-1${extract.any(9)}`;
    if (paidBack) {
      extract.pay({ person, ...EMPLOYED, employer, from: '2022-06', through: addMonths(returned, -1), arrival, kind: '30', unitYuan: 480 * gap, personYuan: 120 * gap });
    } else {
      extract.pay({ person, ...EMPLOYED, employer, from: '2022-06', paid: '0' });
    }
    extract.pay({ person, ...EMPLOYED, employer, from: returned, arrival });
    extract.payMonths({ person, ...EMPLOYED, employer }, addMonths(returned, 1), '2022-12', 8);
  }
}

function firstTimers(extract: RegionExtract): void {
  for (let count = 0; count < 8; count++) {
    const person = extract.nextPerson(
      count === 0 ? { zh: '首次参加职工医保，自到账之日起等待 90 天', en: 'first time in the employee scheme: 90 days from the arrival' } : undefined,
    );
    const employer = extract.anyEmployer();
    const month = addMonths('2022-05', count % 3);
    extract.relate({ person, ...EMPLOYED, from: `${month}-09`, employer });
    extract.pay({ person, ...EMPLOYED, employer, from: month, arrival: `${month}-${16 + extract.any(8)}` });
    extract.payMonths({ person, ...EMPLOYED, employer }, addMonths(month, 1), '2022-12', 4);
  }
}

function switchers(extract: RegionExtract): void {
  for (let count = 0; count < 7; count++) {
    const longInsured = count % 2 === 0;
    const person = extract.nextPerson(
      count < 2
        ? longInsured
          ? { zh: '连续参加居民医保两年以上后转职工医保', en: 'resident for over two years, then an employee' }
          : { zh: '参加居民医保不满两年后转职工医保', en: 'resident for less than two years, then an employee' }
        : undefined,
    );
    const years = longInsured ? [2020, 2021, 2022] : [2022];
    extract.relate({ person, ...RESIDENT, from: `${years[0]}-01-01`, through: '2022-08-31', status: '2', changeReason: '6900' });
    for (const year of years) extract.pay({ person, ...RESIDENT, from: `${year}-01`, through: `${year}-12`, arrival: `${year - 1}-11-1${count}` });
    const employer = extract.anyEmployer();
    extract.relate({ person, ...EMPLOYED, from: '2022-09-01', employer });
    extract.pay({ person, ...EMPLOYED, employer, from: '2022-09', arrival: '2022-09-14' });
    extract.payMonths({ person, ...EMPLOYED, employer }, '2022-10', '2022-12', 9);
  }
  for (let count = 0; count < 4; count++) {
    const person = extract.nextPerson(count === 0 ? { zh: '职工医保停保后转居民医保', en: 'an employee who became a resident' } : undefined);
    const employer = extract.anyEmployer();
    extract.relate({ person, ...EMPLOYED, from: '2019-03-01', through: '2022-06-30', status: '2', employer });
    extract.pay({ person, ...EMPLOYED, employer, from: '2019-03', through: '2021-12', arrival: '2021-12-06' });
    extract.payMonths({ person, ...EMPLOYED, employer }, '2022-01', '2022-06', 7);
    extract.relate({ person, ...RESIDENT, category: '1501', from: '2022-08-10' });
    extract.pay({ person, ...RESIDENT, from: '2022-01', through: '2022-12', arrival: `2022-08-1${count}` });
  }
}

function newborns(extract: RegionExtract): void {
  for (let count = 0; count < 6; count++) {
    const late = count % 3 === 2;
    const person = extract.nextPerson(
      count === 0
        ? { zh: '新生儿，出生 90 天内参保缴费', en: 'a newborn, paid for within 90 days' }
        : count === 1
          ? { zh: '新生儿，90 天内但在次年缴费，须补出生当年', en: 'a newborn, paid for within 90 days but in the next year' }
          : count === 2
            ? { zh: '新生儿，90 天后才缴费', en: 'a newborn, paid for after 90 days' }
            : undefined,
    );
    const birth = count % 3 === 1 ? `2022-11-2${count}` : `2022-04-1${count}`;
    const paidOn = late ? '2022-09-20' : count % 3 === 1 ? '2023-01-30' : '2022-06-02';
    identify(extract, person, count % 2 === 0 ? 'female' : 'male', birth, birth);
    extract.relate({ person, ...NEWBORN, from: paidOn });
    extract.pay({ person, ...NEWBORN, from: '2022-01', through: '2022-12', arrival: paidOn });
    if (paidOn > '2023') extract.pay({ person, ...NEWBORN, from: '2023-01', through: '2023-12', arrival: paidOn });
  }
}

function residents(extract: RegionExtract): void {
  for (let count = 0; count < 12; count++) {
    const late = count % 4 === 3;
    const person = extract.nextPerson(
      count === 0
        ? { zh: '居民，集中缴费期内缴费', en: 'a resident who paid in the collection period' }
        : count === 3
          ? { zh: '居民，集中缴费期后缴费，等待 90 天', en: 'a resident who paid late: 90 days of waiting' }
          : undefined,
    );
    extract.relate({ person, ...RESIDENT, category: count % 5 === 4 ? '1403' : '1501', from: late ? '2022-05-10' : '2022-01-01', firstMonth: '2018-01' });
    extract.pay({ person, ...RESIDENT, from: '2022-01', through: '2022-12', arrival: late ? `2022-05-1${count % 10}` : `2021-11-1${count % 10}` });
    if (count % 2 === 0) extract.pay({ person, ...RESIDENT, from: '2023-01', through: '2023-12', arrival: `2022-12-0${1 + (count % 9)}` });
  }
}

function flexible(extract: RegionExtract): void {
  for (let count = 0; count < 5; count++) {
    const full = count % 2 === 0;
    const person = extract.nextPerson(
      count < 2
        ? full
          ? { zh: '灵活就业，上年缴满，按年缴费', en: 'flexible, the year before paid in full' }
          : { zh: '灵活就业，上年未缴满', en: 'flexible, the year before not paid in full' }
        : undefined,
    );
    extract.relate({ person, ...FLEXIBLE, from: '2021-01-01', firstMonth: '2016-01' });
    extract.pay({ person, ...FLEXIBLE, from: '2021-01', through: '2021-12', arrival: '2021-02-18', personYuan: 7200 });
    extract.payMonths({ person, ...FLEXIBLE }, '2022-01', full ? '2022-12' : '2022-10', 6);
    if (!full) extract.pay({ person, ...FLEXIBLE, from: '2022-11', through: '2022-12', arrival: '2023-01-16', kind: '30', personYuan: 1200 });
    extract.pay({ person, ...FLEXIBLE, from: '2023-01', through: '2023-12', arrival: `2023-02-2${count}`, personYuan: 7200 });
  }
}

function retirees(extract: RegionExtract): void {
  for (let count = 0; count < 5; count++) {
    const enough = count % 2 === 0;
    const person = extract.nextPerson(
      count < 2
        ? enough
          ? { zh: '年限足够，办理退休', en: 'enough years: retired' }
          : { zh: '年限不足，一次性趸缴后退休', en: 'short of years: the rest bought at once' }
        : undefined,
    );
    const employer = extract.anyEmployer();
    identify(extract, person, 'male', `1962-08-0${1 + count}`, '1996-01-01', { retirementCategory: 'male60' });
    extract.relate({ person, ...EMPLOYED, from: '2001-07-01', employer, retired: '1', category: '1201', firstMonth: '2001-07' });
    extract.pay({ person, ...EMPLOYED, employer, from: enough ? '2001-07' : '2004-01', through: '2021-12', arrival: '2021-12-06', unitYuan: 118080, personYuan: 29520 });
    extract.payMonths({ person, ...EMPLOYED, employer }, '2022-01', '2022-08', 5);
    extract.tell({
      type: 'YearsRecognised',
      person,
      effectiveOn: '2022-07-20',
      recordedAt: at('2022-07-20'),
      data: { kind: 'deemed', span: { from: enough ? '1988-07' : '1994-07', through: '2001-06' }, region: extract.region, authority: '样例经办机构' },
    });
    extract.tell({ type: 'StatutoryAgeReached', person, effectiveOn: `2022-08-0${1 + count}`, recordedAt: at(`2022-08-0${1 + count}`), data: {} });
    if (!enough) extract.pay({ person, ...EMPLOYED, employer, from: '2022-09', through: '2025-04', arrival: '2022-08-22', kind: '33', unitYuan: 0, personYuan: 13720 });
    extract.tell({ type: 'Retired', person, effectiveOn: '2022-08-25', recordedAt: at('2022-08-25'), data: { region: extract.region, pensionGranted: true, employerId: employer } });
  }
}

function duplicates(extract: RegionExtract): void {
  for (let count = 0; count < 4; count++) {
    const person = extract.nextPerson(count === 0 ? { zh: '职工、居民重复参保', en: 'insured twice: as employee and as resident' } : undefined);
    employee(extract, person, '2022-12');
    extract.relate({ person, ...RESIDENT, from: '2022-01-01', firstMonth: '2022-01' });
    extract.pay({ person, ...RESIDENT, from: '2022-01', through: '2022-12', arrival: `2021-12-1${count}` });
    const relations = [
      { scheme: 'employee', region: extract.region, participation: 'employed' },
      { scheme: 'resident', region: extract.region, participation: 'general' },
    ];
    extract.tell({ type: 'DuplicateDetected', person, effectiveOn: '2022-07-11', recordedAt: at('2022-07-11'), data: { relations, scope: 'crossScheme' } });
    if (count % 2 === 1) {
      extract.tell({
        type: 'DuplicateElected',
        person,
        effectiveOn: '2022-07-28',
        recordedAt: at('2022-07-28'),
        data: { relations, scope: 'crossScheme', retained: { scheme: 'employee', region: extract.region } },
      });
    }
  }
}

/** The arrival of the first payment was misread; the right day was recorded on 25 August 2022. */
function lateCorrections(extract: RegionExtract): void {
  for (let count = 0; count < 4; count++) {
    const person = extract.nextPerson(
      count === 0 ? { zh: '首次缴费到账日读错，2022-08-25 更正', en: 'the first arrival was misread, corrected on 2022-08-25' } : undefined,
    );
    const employer = extract.anyEmployer();
    extract.relate({ person, ...EMPLOYED, from: '2022-05-09', employer });
    extract.pay({ person, ...EMPLOYED, employer, from: '2022-05', arrival: '2022-05-16' });
    extract.payMonths({ person, ...EMPLOYED, employer }, '2022-06', '2022-12', 2);
    extract.corrections.push({
      person,
      feeMonth: '2022-05',
      effectiveOn: '2022-05-18',
      on: '2022-08-25',
      recordedAt: at('2022-08-25'),
      reason: '到账日期读错',
    });
  }
}

/** A payment for a month too many, reversed by the collector a month later: a pair of rows. */
function reversals(extract: RegionExtract): void {
  for (let count = 0; count < 3; count++) {
    const person = extract.nextPerson(count === 0 ? { zh: '多收一个月，后冲正', en: 'one month too many, reversed' } : undefined);
    const employer = employee(extract, person, '2022-08');
    extract.pay({ person, ...EMPLOYED, employer, from: '2022-09', arrival: '2022-09-07', reversal: '+' });
    extract.pay({ person, ...EMPLOYED, employer, from: '2022-09', arrival: '2022-10-11', reversal: '-', unitYuan: -480, personYuan: -120 });
  }
}

function endings(extract: RegionExtract): void {
  for (const [count, reason] of ['6401', '6404', '6306'].entries()) {
    const person = extract.nextPerson(
      [
        { zh: '死亡，关系终止', en: 'died' },
        { zh: '转出统筹区，关系终止', en: 'transferred out' },
        { zh: '终止原因代码无对应（例外）', en: 'ended for a reason without a word of its own: an exception' },
      ][count],
    );
    const employer = extract.anyEmployer();
    extract.relate({ person, ...EMPLOYED, from: '2019-03-01', through: '2022-09-20', status: '4', changeReason: reason, employer });
    extract.pay({ person, ...EMPLOYED, employer, from: '2019-03', through: '2021-12', arrival: '2021-12-06' });
    extract.payMonths({ person, ...EMPLOYED, employer }, '2022-01', '2022-09', 5);
  }
}

function aided(extract: RegionExtract): void {
  for (const [count, aidClass] of (['minimumLiving', 'povertyAlleviated', 'severeDisability'] as const).entries()) {
    const person = extract.nextPerson(count === 0 ? { zh: '低保对象，自认定之日享受', en: 'under minimum-living aid: from identification' } : undefined);
    extract.tell({ type: 'AidGranted', person, effectiveOn: '2022-05-20', recordedAt: at('2022-05-20'), data: { aidClass, region: extract.region } });
    extract.relate({ person, ...RESIDENT, from: '2022-06-15' });
    extract.pay({ person, ...RESIDENT, from: '2022-01', through: '2022-12', arrival: '2022-06-15' });
  }
}

/** What goes wrong in real extracts: each of these rows is refused, or kept with an exception. */
function faults(extract: RegionExtract): void {
  const { region } = extract;
  const relation = (person: string, changes: Record<number, string>) => {
    const cells = ['R999999', person, '310', '1101', region, '', '', '1', '2022-03-01', '', '202203', '1', '0', '', '2022-03-01 09:00:00'];
    for (const [place, value] of Object.entries(changes)) cells[+place] = value;
    extract.spoil('relations', cells);
  };
  const person = extract.nextPerson({ zh: '人员类别代码未知（例外）', en: 'an unknown category code: an exception' });
  relation(person, { 3: '1799' });
  relation(extract.nextPerson(), { 8: '2022-02-30' });
  relation(extract.nextPerson(), { 9: '2022-01-15', 11: '2' });
  relation(extract.nextPerson(), { 2: '510' });
  relation(extract.nextPerson(), { 11: '2' });
  relation('11010519491231002X', {});
  extract.spoil('relations', ['R999998', extract.nextPerson(), '310']);

  const payment = (changes: Record<number, string>) => {
    const cells = [person, '310', '1101', region, '', '', '202203', '202203', '2022-03-10', '10', '1', 'Z', '480.00', '120.00', '0.00', '2022-03-10 18:00:00'];
    for (const [place, value] of Object.entries(changes)) cells[+place] = value;
    extract.spoil('payments', cells);
  };
  payment({});
  payment({});
  payment({ 6: '202213' });
  payment({ 7: '202202' });
  payment({ 8: '' });
  payment({ 12: '4,80' });
  payment({ 12: '-480.00' });
  payment({ 9: '34' });
  payment({ 9: '98', 6: '202204', 7: '202204', 8: '2022-04-10' });
  payment({ 11: '-', 6: '202112', 7: '202112' });
  payment({ 1: '390', 6: '202207', 7: '202306' });
}
