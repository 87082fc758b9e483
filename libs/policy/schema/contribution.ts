import type { RuleValues } from '../evaluation';
import type { KeyDefinitions } from './key';
import { dayOrMonth, oneOf, yesOrNo } from './shapes';

type FamilyKey = Extract<keyof RuleValues, `years.${string}`>;

const service = oneOf('splitAtSchemeStart', 'deemed');

export const contributionKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'years.actual': { zh: '实际缴费月数的计算', en: 'What an actual month is', shape: oneOf('feeMonths') },
  'years.overlap': { zh: '重复月份的计算', en: 'A calendar month paid twice', shape: oneOf('once') },
  'years.deemed': { zh: '视同缴费年限', en: 'Deemed months found by an authority count', shape: yesOrNo },
  'years.schemeStart': { zh: '职工医保制度实施日', en: 'First day or month of the employee scheme', shape: dayOrMonth },
  'years.military': { zh: '军龄', en: 'Military service', shape: service },
  'years.armySpouse': { zh: '随军未就业年限', en: 'Years of a spouse with the army', shape: service },
  'years.outOfProvinceActual': {
    zh: '省外实际缴费年限认可',
    en: 'Actual years outside the province are recognised',
    shape: yesOrNo,
  },
  'years.outOfProvinceDeemed': {
    zh: '省外视同缴费年限认可',
    en: 'Deemed years outside the province are recognised',
    shape: yesOrNo,
  },
  'years.withinProvince': { zh: '省内年限互认', en: 'Years within the province count in full', shape: yesOrNo },
  'years.lumpSumActual': { zh: '趸缴计入实际缴费年限', en: 'Lump-sum months count as actual', shape: yesOrNo },
  'years.residentConversion': {
    zh: '居民年限折算',
    en: 'Resident years merged into employee years',
    shape: oneOf('byDifference', 'none'),
  },
  'years.residentPartialMonth': {
    zh: '居民参保不足整月',
    en: 'When a partial resident month counts',
    shape: oneOf('anyDay', 'fullMonth'),
  },
};
