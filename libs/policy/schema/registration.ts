import type { RuleValues } from '../evaluation';
import type { KeyDefinitions } from './key';
import { object, oneOf, whole, yesOrNo } from './shapes';

type FamilyKey = Extract<keyof RuleValues, `registration.${string}`>;

export const registrationKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'registration.mustSuspendOld': {
    zh: '须先暂停原职工关系',
    en: 'The old employee relation must be suspended first',
    shape: yesOrNo,
  },
  'registration.paidMonth': {
    zh: '申报月份已缴费',
    en: 'The fee month asked for is paid already',
    shape: object('paidMonth', { notBegun: oneOf('refundFirst'), begun: oneOf('notAssessedAgain') }),
  },
  'registration.employerDays': {
    zh: '单位办理登记的期限',
    en: 'Days within which the employer registers',
    unit: 'day',
    shape: object('employerDays', { days: whole }),
  },
  'registration.residentBesideEmployee': {
    zh: '职工参保期间登记居民医保',
    en: 'A resident registration beside a paid employee relation',
    shape: oneOf('refused'),
  },
  'registration.nonLocal': {
    zh: '非本地户籍人员',
    en: 'Persons from elsewhere',
    shape: object('nonLocal', { resident: oneOf('residencePermit'), flexible: oneOf('workingAge') }),
  },
  'registration.communityCorrection': {
    zh: '社区矫正对象',
    en: 'Persons in community correction',
    shape: oneOf('mayJoin'),
  },
  'registration.beforePayment': { zh: '先登记后缴费', en: 'Registration before payment', shape: oneOf('newOrMoved') },
};
