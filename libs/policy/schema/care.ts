import type { RuleValues } from '../evaluation';
import type { KeyDefinitions } from './key';
import { object, oneOf } from './shapes';

type FamilyKey = Extract<keyof RuleValues, `stay.${string}`>;

export const careKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'stay.admission': {
    zh: '入院时待遇的认定',
    en: 'Whether benefits are tested at admission or by day',
    shape: oneOf('wholeStay', 'byDay'),
  },
  'stay.status': {
    zh: '出入院时的参保状态',
    en: 'What is not normal at admission and discharge',
    shape: object('stayStatus', { abnormal: oneOf('registration', 'benefit') }),
  },
  'stay.suspendedPaid': {
    zh: '停保前已缴期间的住院',
    en: 'Days covered by months paid before a suspension',
    shape: oneOf('direct'),
  },
  'stay.terminated': { zh: '终止前的住院费用', en: 'Days before a termination', shape: oneOf('manual') },
  'stay.schemeChange': {
    zh: '住院期间险种变更',
    en: 'A change of scheme within a stay',
    shape: oneOf('manualSegments'),
  },
  'stay.aidChange': {
    zh: '住院期间救助身份变更',
    en: 'A change of aid identity within a stay',
    shape: oneOf('manualSegments', 'favourable'),
  },
  'stay.acrossYears': { zh: '跨年度住院', en: 'A stay across the end of the year', shape: oneOf('dischargeYear') },
  'stay.acrossYearsAndAreas': {
    zh: '跨年度跨参保地住院',
    en: 'Across the end of the year and into another area',
    shape: oneOf('splitAtYearEnd'),
  },
};
