import type { RuleValues } from '../evaluation';
import type { KeyDefinitions } from './key';
import { day, listOf, object, oneOf, text, whole, year, yesOrNo } from './shapes';

type FamilyKey = Extract<keyof RuleValues, `retirement.${string}`>;

const ageStep = object('ageStep', { baseYears: whole, stepMonths: whole, capMonths: whole });

const retireeStart = object('retireeStart', {
  from: oneOf('monthStart', 'day', 'nextDay', 'nextMonth'),
  lastDue: oneOf('monthBefore', 'month'),
});

export const retirementKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'retirement.statutoryAge': {
    zh: '法定退休年龄',
    en: 'Statutory retirement age',
    shape: object('statutoryAge', { fromYear: year, male60: ageStep, female55: ageStep, female50: ageStep }),
  },
  'retirement.ageReachedFrom': {
    zh: '规定适用的法定退休年龄起始日',
    en: 'First day of reaching the age to which the conditions apply',
    shape: day,
  },
  'retirement.requiredTotalMale': {
    zh: '男性累计缴费年限',
    en: 'Months required in total of a man',
    unit: 'month',
    shape: whole,
  },
  'retirement.requiredTotalFemale': {
    zh: '女性累计缴费年限',
    en: 'Months required in total of a woman',
    unit: 'month',
    shape: whole,
  },
  'retirement.requiredActual': { zh: '实际缴费年限', en: 'Months that must be actual', unit: 'month', shape: whole },
  'retirement.actualScope': { zh: '实际缴费年限的范围', en: 'Whose actual months count', shape: oneOf('local', 'any') },
  'retirement.yearsCount': {
    zh: '年限的计算',
    en: 'How required years are reached',
    shape: oneOf('months', 'calendarYears'),
  },
  'retirement.legacy': {
    zh: '原政策人员',
    en: 'A group that goes on under earlier rules',
    unit: 'month',
    shape: object('legacy', { actualMonths: whole }),
  },
  'retirement.procedure': { zh: '须办理在职转退休手续', en: 'The procedure is needed', shape: yesOrNo },
  'retirement.procedureNeedsYears': {
    zh: '年限缴足方可办理',
    en: 'The procedure is accepted only with complete years',
    shape: yesOrNo,
  },
  'retirement.pension': { zh: '须领取养老金', en: 'A pension must have been granted', shape: yesOrNo },
  'retirement.continuousBefore': {
    zh: '退休前连续参保',
    en: 'Months insured right before the procedure',
    unit: 'month',
    shape: object('continuousBefore', { months: whole, review: yesOrNo }),
  },
  'retirement.start': { zh: '退休待遇起始', en: 'First day as a retiree', shape: retireeStart },
  'retirement.startOnPayment': {
    zh: '补足年限后退休待遇起始',
    en: 'First day as a retiree after the completing payment',
    shape: retireeStart,
  },
  'retirement.options': {
    zh: '年限不足的办理方式',
    en: 'What a person with too few years may do',
    shape: listOf(oneOf('lumpSum', 'continue', 'flexible', 'resident')),
  },
  'retirement.lumpSum': {
    zh: '一次性趸缴',
    en: 'Base and rate of a lump sum',
    shape: object('lumpSum', { base: text, rate: text }, { parts: listOf(text), accountCredit: yesOrNo }),
  },
  'retirement.mayTransfer': { zh: '退休人员可转移关系', en: 'A retiree may transfer', shape: yesOrNo },
};
