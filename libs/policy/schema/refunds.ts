import type { RuleValues } from '../evaluation';
import type { KeyDefinitions } from './key';
import { listOf, object, oneOf, yesOrNo } from './shapes';

type FamilyKey = Extract<keyof RuleValues, `refund.${string}`>;

export const refundKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'refund.flexibleEmployed': {
    zh: '灵活就业转单位参保退费',
    en: 'A flexible worker who joined through an employer within the paid year',
    shape: object('refundFlexibleEmployed', {
      from: oneOf('firstEmployerMonth', 'monthAfterStart'),
      through: oneOf('employerMonths', 'yearEnd'),
      only: oneOf('remaining', 'paidTwice'),
    }),
  },
  'refund.retirement': {
    zh: '退休后缴费退费',
    en: 'Contributions after retirement',
    shape: object('refundRetirement', {
      from: oneOf('retirementMonth', 'monthAfterProcedure'),
      who: oneOf('everyone', 'flexible'),
    }),
  },
  'refund.deathInWaiting': {
    zh: '等待期内死亡退费',
    en: 'A new enrollee who died while waiting',
    shape: oneOf('allMonths'),
  },
  'refund.unemployment': {
    zh: '领取失业金期间缴费退费',
    en: 'Paid by the person for months of unemployment benefit',
    shape: oneOf('monthsOfBenefit'),
  },
  'refund.sentence': {
    zh: '服刑期间缴费退费',
    en: 'Paid for months of a sentence',
    shape: object('refundSentence', { accountRecovery: yesOrNo }),
  },
  'refund.communityCorrection': {
    zh: '社区矫正期间缴费退费',
    en: 'Whether community correction counts as a sentence here',
    shape: object('refundCorrection', { refundable: yesOrNo }),
  },
  'refund.paidMonth': {
    zh: '已缴未到月份退费',
    en: 'A paid month that stands in the way of a new registration',
    shape: oneOf('notBegun'),
  },
  'refund.residentBeforeStart': {
    zh: '待遇享受期开始前居民退费',
    en: 'A resident year before its benefits begin',
    shape: object('refundBeforeStart', {
      before: oneOf('termination', 'request'),
      causes: listOf(oneOf('duplicate', 'employee', 'otherRegion', 'death')),
    }),
  },
  'refund.residentAided': { zh: '资助参保人员退费', en: 'The same for a subsidised person', shape: oneOf('samePlace') },
  'refund.residentDeath': { zh: '居民死亡退费', en: 'Death before benefits begin', shape: oneOf('beforeStart') },
  'refund.residentAfterStart': { zh: '待遇享受期开始后居民退费', en: 'Once benefits have begun', shape: oneOf('none') },
  'refund.other': { zh: '其他退费', en: 'Any other basis', shape: oneOf('none') },
};
