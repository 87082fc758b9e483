import type { RuleValues } from '../evaluation';
import type { KeyDefinitions } from './key';
import { listOf, oneOf, yesOrNo } from './shapes';

type FamilyKey = Extract<keyof RuleValues, `duplicates.${string}`>;

export const duplicateKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'duplicates.benefitOrder': {
    zh: '重复参保待遇顺序',
    en: 'Which relation gives the benefits of a day that several cover',
    shape: listOf(oneOf('employee', 'student', 'habitualResidence', 'latestPayment')),
  },
  'duplicates.crossRegionPause': {
    zh: '跨地区重复参保暂停待遇',
    en: 'Benefits pause while a duplicate elsewhere is resolved',
    shape: yesOrNo,
  },
  'duplicates.othersBecome': {
    zh: '未保留关系的处理',
    en: 'What becomes of the relations that are not retained',
    shape: oneOf('suspended', 'terminated', 'none'),
  },
};
