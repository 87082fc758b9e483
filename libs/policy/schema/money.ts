import type { RuleValues } from '../evaluation';
import type { KeyDefinitions } from './key';
import { day, listOf, number, object, oneOf, whole, yesOrNo } from './shapes';

type FamilyKey = Extract<keyof RuleValues, `${'base' | 'rate' | 'backPayment' | 'lateFee'}.${string}`>;

const baseRule = object(
  'baseRule',
  { sources: listOf(oneOf('lastMonth', 'priorYear', 'currentMonth', 'declared', 'monthlyAverage', 'annualAverage')) },
  {
    clampPercent: object('clampPercent', { floor: number, ceiling: number }),
    limits: oneOf('published'),
    undeclared: yesOrNo,
  },
);

const employerTotal = oneOf('wages', 'sumOfBases');

const lateFeeRule = object('lateFeeRule', {
  perTenThousand: number,
  principal: oneOf('unit', 'whole'),
  from: oneOf('monthAfterFeeMonth', 'dayAfterDue'),
  arrivalDay: oneOf('counted', 'notCounted'),
  cap: oneOf('principal', 'none'),
  rounding: oneOf('halfUp', 'truncate'),
});

export const moneyKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'base.stateOrgan': { zh: '机关事业单位缴费基数', en: 'Base of staff of state organs', shape: baseRule },
  'base.enterprise': { zh: '企业缴费基数', en: 'Base of staff of enterprises', shape: baseRule },
  'base.hardship': { zh: '困难企业缴费基数', en: 'Base of staff of enterprises in hardship', shape: baseRule },
  'base.flexible': { zh: '灵活就业缴费基数', en: 'Base of flexible workers', shape: baseRule },
  'base.exclusions': { zh: '不计入基数的收入', en: 'Parts of the wage that do not count', shape: oneOf('deducted') },
  'base.floor': { zh: '基数下限', en: 'Lowest base', unit: 'fen', shape: whole },
  'base.ceiling': { zh: '基数上限', en: 'Highest base', unit: 'fen', shape: whole },
  'base.employerTotal': {
    zh: '单位缴费基数',
    en: 'Base of the employer',
    shape: object('employerTotal', { stateOrgan: employerTotal, enterprise: employerTotal }),
  },
  'base.cycle': {
    zh: '基数申报周期',
    en: 'Months of the year: when bases are declared, and the fee months they run for',
    unit: 'month',
    shape: object('baseCycle', { declareFrom: whole, declareThrough: whole, from: whole, through: whole }),
  },
  'base.undeclared': {
    zh: '未申报基数',
    en: 'A base nobody declared',
    unit: 'percent',
    shape: object('undeclaredBase', { percent: number }),
  },
  'base.newHire': {
    zh: '新进人员基数',
    en: 'Through when the first wage of a new hire serves as base',
    shape: object('newHireBase', { through: oneOf('cycleEnd', 'yearEnd') }),
  },
  'rate.unit': { zh: '单位费率', en: 'Rate of the employer', unit: 'percent', shape: number },
  'rate.person': { zh: '个人费率', en: 'Rate of the person', unit: 'percent', shape: number },
  'rate.flexibleWithAccount': {
    zh: '灵活就业统账结合费率',
    en: 'Rate of flexible workers with an account',
    unit: 'percent',
    shape: number,
  },
  'rate.flexiblePooledOnly': {
    zh: '灵活就业单建统筹费率',
    en: 'Rate of flexible workers without an account',
    unit: 'percent',
    shape: number,
  },
  'backPayment.unregistered': {
    zh: '未参保期间补缴',
    en: 'Back-payment of an employment that was never registered',
    shape: object('backPaymentUnregistered', {
      evidence: yesOrNo,
      bothParts: yesOrNo,
      base: oneOf('averageAtHandling', 'yearlyWages'),
      withinEmployment: yesOrNo,
    }),
  },
  'backPayment.unregisteredEffect': {
    zh: '未参保期间补缴的效力',
    en: 'What such months give once paid',
    shape: object('unregisteredEffect', { years: yesOrNo, account: yesOrNo, benefits: yesOrNo }),
  },
  'backPayment.arrears': {
    zh: '欠费补缴',
    en: 'Back-payment of months a registered person did not pay',
    shape: object(
      'backPaymentArrears',
      {},
      {
        base: oneOf('averageAtHandling'),
        percent: object('arrearsPercent', { pooledOnly: number, withAccount: number }),
        accountCredit: yesOrNo,
        notWhileSuspended: yesOrNo,
      },
    ),
  },
  'backPayment.route': {
    zh: '欠费补缴渠道',
    en: 'Who assesses arrears, and from when the tax system does',
    shape: object('backPaymentRoute', { taxFrom: day, by: oneOf('feeMonth', 'dueDate') }),
  },
  'lateFee.arrears': { zh: '欠费滞纳金', en: 'Late fee on fee months paid late', shape: lateFeeRule },
  'lateFee.unregistered': {
    zh: '未参保补缴滞纳金',
    en: 'Late fee on an employment that was never registered',
    shape: lateFeeRule,
  },
};
