import { addMonths, at } from './days';
import { RegionExtract } from './extract';

const EMPLOYED = { insutype: '310', category: '1101', unitYuan: 560, personYuan: 140 };
const FLEXIBLE = { insutype: '310', category: '1103', personYuan: 630 };

/** Invented people of 320700: months of waiting counted to the matching day; only the employee scheme has rules here. */
export function lianyungangExtract(): RegionExtract {
  const extract = new RegionExtract(
    '320700',
    [
      { id: 'E3207000001', name: '花果山旅游公司' },
      { id: 'E3207000002', name: '海州湾水产' },
      { id: 'E3207000003', name: '云台港务（第二）公司' },
    ],
    320700,
  );
  announcements(extract);
  steadyEmployees(extract);
  for (const months of [2, 3, 4]) interrupted(extract, months);
  firstTimers(extract);
  flexible(extract);
  retirees(extract);
  transfers(extract);
  lateCorrections(extract);
  reversals(extract);
  residents(extract);
  faults(extract);
  return extract;
}

function announcements(extract: RegionExtract): void {
  const stream = `region-${extract.region}`;
  const publish = (name: string, value: number | string, unit: string) =>
    extract.tell({
      type: 'ReferenceValuePublished',
      stream,
      effectiveOn: '2021-01-01',
      recordedAt: at('2021-01-01'),
      data: { name, value, unit, validFrom: '2021-01-01', source: '样例' },
    });
  publish('schemeStart', '2001-01-01', 'day');
  publish('baseFloorFen', 336800, 'fen');
  publish('baseCeilingFen', 1984200, 'fen');
}

function employee(extract: RegionExtract, person: string, through: string, since = '2016-01'): string {
  const employer = extract.anyEmployer();
  extract.relate({ person, ...EMPLOYED, from: `${since}-01`, employer });
  extract.pay({ person, ...EMPLOYED, employer, from: since, through: '2020-12', arrival: '2020-12-07' });
  extract.payMonths({ person, ...EMPLOYED, employer }, '2021-01', through, 3 + extract.any(6));
  return employer;
}

function steadyEmployees(extract: RegionExtract): void {
  for (let count = 0; count < 16; count++) {
    const person = extract.nextPerson(count === 0 ? { zh: '连续缴费的在职职工', en: 'an employee who pays month by month' } : undefined);
    const sex = count % 2 === 0 ? 'female' : 'male';
    const birthDate = `19${72 + extract.any(24)}-0${1 + extract.any(9)}-2${extract.any(8)}`;
    extract.tell({ type: 'Identified', person, effectiveOn: '2016-01-01', recordedAt: at('2016-01-01'), data: { sex, birthDate } });
    const employer = employee(extract, person, '2021-09');
    extract.payMonths({ person, ...EMPLOYED, employer }, '2021-10', '2021-12', 6, true);
  }
}

function interrupted(extract: RegionExtract, gap: number): void {
  for (let count = 0; count < 7; count++) {
    const person = extract.nextPerson(
      count === 0 ? { zh: `中断 ${gap} 个月后恢复缴费`, en: `${gap} months unpaid, then paying again` } : undefined,
    );
    const employer = employee(extract, person, '2021-04');
    const returned = addMonths('2021-05', gap);
    extract.pay({ person, ...EMPLOYED, employer, from: returned, arrival: `${returned}-0${1 + extract.any(8)}` });
    extract.payMonths({ person, ...EMPLOYED, employer }, addMonths(returned, 1), '2021-12', 6);
  }
}

function firstTimers(extract: RegionExtract): void {
  for (let count = 0; count < 14; count++) {
    const person = extract.nextPerson(
      count === 0
        ? { zh: '首次参保，自缴费之日起 3 个月等待，个人账户可用', en: 'first time: 3 months from the payment, the account usable meanwhile' }
        : count === 1
          ? { zh: '首次参保，11 月 30 日缴费，等待期跨 2 月末', en: 'first time, paid on 30 November: the waiting ends with February' }
          : undefined,
    );
    const employer = extract.anyEmployer();
    const month = count === 1 ? '2021-11' : addMonths('2021-03', count % 5);
    const arrival = count === 1 ? '2021-11-30' : `${month}-${15 + extract.any(10)}`;
    extract.relate({ person, ...EMPLOYED, from: `${month}-10`, employer, fundMode: count % 4 === 3 ? '2' : '1' });
    extract.pay({ person, ...EMPLOYED, employer, from: month, arrival });
    if (month < '2021-12') extract.payMonths({ person, ...EMPLOYED, employer }, addMonths(month, 1), '2021-12', 2);
  }
}

function flexible(extract: RegionExtract): void {
  for (let count = 0; count < 6; count++) {
    const person = extract.nextPerson(count === 0 ? { zh: '灵活就业人员', en: 'a flexible worker' } : undefined);
    extract.relate({ person, ...FLEXIBLE, from: '2019-01-01', fundMode: count % 2 === 0 ? '1' : '2' });
    extract.pay({ person, ...FLEXIBLE, from: '2019-01', through: '2020-12', arrival: '2020-12-10', personYuan: 15120 });
    extract.payMonths({ person, ...FLEXIBLE }, '2021-01', '2021-12', 12);
  }
}

function retirees(extract: RegionExtract): void {
  for (let count = 0; count < 8; count++) {
    const enough = count % 2 === 0;
    const stopped = count % 4 === 3;
    const person = extract.nextPerson(
      count === 0
        ? { zh: '年限足够，办理退休', en: 'enough years: retired' }
        : count === 1
          ? { zh: '到龄但年限不足', en: 'of age, short of years' }
          : count === 3
            ? { zh: '退休前已停止缴费', en: 'had stopped paying before retirement' }
            : undefined,
    );
    const employer = extract.anyEmployer();
    extract.tell({
      type: 'Identified',
      person,
      effectiveOn: '2009-01-01',
      recordedAt: at('2009-01-01'),
      data: { sex: 'male', birthDate: `1961-08-${10 + count}`, retirementCategory: 'male60' },
    });
    extract.tell({
      type: 'YearsRecognised',
      person,
      effectiveOn: '2021-07-20',
      recordedAt: at('2021-07-20'),
      data: { kind: 'deemed', span: { from: enough ? '1986-01' : '1996-01', through: '2000-12' }, region: extract.region, authority: '样例经办机构' },
    });
    extract.relate({
      person,
      ...EMPLOYED,
      from: '2009-01-01',
      employer,
      firstMonth: '2001-01',
      ...(stopped ? { through: '2021-02-28', status: '2' } : {}),
    });
    extract.pay({ person, ...EMPLOYED, employer, from: '2009-01', through: '2020-12', arrival: '2020-12-07', unitYuan: 80640, personYuan: 20160 });
    extract.payMonths({ person, ...EMPLOYED, employer }, '2021-01', stopped ? '2021-02' : '2021-08', 5);
    extract.tell({ type: 'StatutoryAgeReached', person, effectiveOn: `2021-08-${10 + count}`, recordedAt: at(`2021-08-${10 + count}`), data: {} });
    if (enough) {
      extract.tell({
        type: 'Retired',
        person,
        effectiveOn: '2021-08-31',
        recordedAt: at('2021-08-31'),
        data: { region: extract.region, pensionGranted: true, employerId: employer },
      });
    }
  }
}

function transfers(extract: RegionExtract): void {
  for (let count = 0; count < 6; count++) {
    const person = extract.nextPerson(count === 0 ? { zh: '由外地转入，带来实际年限', en: 'transferred in with years from elsewhere' } : undefined);
    const employer = extract.anyEmployer();
    const data = { fromRegion: count % 2 === 0 ? '320100' : '210100', toRegion: extract.region, lastPaidMonth: '2021-03', carried: count % 2 === 0 ? { provinceActual: 96 } : { outOfProvinceActual: 60 } };
    extract.tell({ type: 'Transferred', person, effectiveOn: '2021-05-18', recordedAt: at('2021-05-18'), data });
    extract.relate({ person, ...EMPLOYED, from: '2021-05-01', employer, firstMonth: '2013-04' });
    extract.pay({ person, ...EMPLOYED, employer, from: '2021-05', arrival: '2021-05-20' });
    extract.payMonths({ person, ...EMPLOYED, employer }, '2021-06', '2021-12', 7);
  }
}

function lateCorrections(extract: RegionExtract): void {
  for (let count = 0; count < 4; count++) {
    const person = extract.nextPerson(
      count === 0 ? { zh: '首次缴费到账日读错，2021-07-20 更正', en: 'the first arrival was misread, corrected on 2021-07-20' } : undefined,
    );
    const employer = extract.anyEmployer();
    extract.relate({ person, ...EMPLOYED, from: '2021-03-10', employer });
    extract.pay({ person, ...EMPLOYED, employer, from: '2021-03', arrival: '2021-03-15' });
    extract.payMonths({ person, ...EMPLOYED, employer }, '2021-04', '2021-12', 2);
    extract.corrections.push({
      person,
      feeMonth: '2021-03',
      effectiveOn: `2021-03-${25 + count}`,
      on: '2021-07-20',
      recordedAt: at('2021-07-20'),
      reason: '到账日期读错',
    });
  }
}

function reversals(extract: RegionExtract): void {
  for (let count = 0; count < 3; count++) {
    const person = extract.nextPerson(count === 0 ? { zh: '多收一个月，后冲正', en: 'one month too many, reversed' } : undefined);
    const employer = employee(extract, person, '2021-08');
    extract.pay({ person, ...EMPLOYED, employer, from: '2021-09', arrival: '2021-10-11', reversal: '-', unitYuan: -560, personYuan: -140 });
    extract.pay({ person, ...EMPLOYED, employer, from: '2021-09', arrival: '2021-09-07', reversal: '+' });
  }
}

/** The document has no resident scheme: what these people ask stays undetermined. */
function residents(extract: RegionExtract): void {
  for (let count = 0; count < 4; count++) {
    const person = extract.nextPerson(count === 0 ? { zh: '居民：本地文件未规定', en: 'a resident: the document here is silent' } : undefined);
    extract.relate({ person, insutype: '390', category: '1501', from: '2021-01-01' });
    extract.pay({ person, insutype: '390', category: '1501', from: '2021-01', through: '2021-12', arrival: `2020-11-0${1 + count}`, personYuan: 320 });
  }
}

function faults(extract: RegionExtract): void {
  const { region } = extract;
  const person = extract.nextPerson({ zh: '单位类型、缴费类型代码未知（例外）', en: 'unknown codes: exceptions' });
  extract.spoil('relations', ['R999999', person, '310', '1160', region, '', '', '9', '2021-03-01', '', '202103', '1', '0', '', '2021-03-01 09:00:00']);
  extract.spoil('relations', ['R999998', extract.nextPerson(), '310', '1101', '3207', '', '', '1', '2021-03-01', '', '', '1', '0', '', '']);
  extract.spoil('relations', ['R999997', '', '310', '1101', region, '', '', '1', '2021-03-01', '', '', '1', '0', '', '']);
  extract.spoil('relations', ['R999996', extract.nextPerson(), '999', '', region, '', '', '1', '2021-03-01', '', '', '1', '0', '', '']);
  extract.spoil('payments', [person, '310', '1101', region, '', '', '202103', '202103', '2021/3/8', '10', '4', 'Z', '560', '140', '', '2021-03-08 18:00:00']);
  extract.spoil('payments', [person, '310', '1101', region, '', '', '2021-04', '2021-04', '20210408', '98', '1', 'Z', '560.00', '140.00', '0', '2021-04-08']);
  extract.spoil('payments', [person, '310', '1101', region, '', '', '202105', '202105', '昨天', '10', '1', 'Z', '560.00', '140.00', '0', '2021-05-08']);
  extract.spoil('payments', [person, '310', '1101', region, '', '', '202106', '202106', '2021-06-08', '10', '1', 'Z', '560.005', '140.00', '0', '2021-06-08']);
}
