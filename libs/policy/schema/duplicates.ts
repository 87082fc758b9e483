import type { RuleValues } from '../evaluation';
import type { KeyDefinitions } from './key';
import { listOf, object, oneOf, text, whole, yesOrNo } from './shapes';

type FamilyKey = Extract<keyof RuleValues, `duplicates.${string}`>;

const fate = oneOf('suspended', 'terminated', 'none');
const keepByTrait = object('keepByTrait', {
  keep: listOf(oneOf('workplace', 'school', 'habitualResidence', 'latestPayment')),
  others: fate,
});

export const duplicateKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'duplicates.noDoubleBenefit': { zh: '待遇不得重复享受', en: 'Benefits are never drawn twice', shape: yesOrNo },
  'duplicates.benefitOrder': {
    zh: '重复参保待遇顺序',
    en: 'Which relation gives the benefits of a day that several cover',
    shape: listOf(oneOf('employee', 'student', 'workplace', 'habitualResidence', 'latestPayment')),
  },
  'duplicates.othersBecome': {
    zh: '未保留关系的处理',
    en: 'What becomes of the relations that are not retained',
    shape: fate,
  },
  'duplicates.employeeTwice': { zh: '重复参加职工医保', en: 'Two employee relations', shape: keepByTrait },
  'duplicates.flexibleEmployed': {
    zh: '灵活就业与随单位重复',
    en: 'A month paid as a flexible worker and through an employer',
    shape: object('flexibleEmployed', { keep: oneOf('employed') }, { others: fate }),
  },
  'duplicates.residentTwice': { zh: '重复参加居民医保', en: 'Two resident relations', shape: keepByTrait },
  'duplicates.student': { zh: '学生重复参保', en: 'Two resident relations, one of a student', shape: keepByTrait },
  'duplicates.aidedStudent': {
    zh: '救助身份学生可选身份认定地',
    en: 'Aided students who may choose the place that recognised them',
    shape: object('aidedStudent', { classes: listOf(text) }),
  },
  'duplicates.entryYear': {
    zh: '学生入学当年参保',
    en: "A student's relation of the year of entry",
    shape: oneOf('noDuplicate'),
  },
  'duplicates.crossScheme': {
    zh: '跨制度重复参保',
    en: 'An employee and a resident relation',
    unit: 'month',
    shape: object('keepEmployee', {
      months: whole,
      count: oneOf('consecutive', 'any'),
      under: oneOf('manual', 'resident'),
      others: fate,
    }),
  },
  'duplicates.flexibleWork': {
    zh: '灵活就业形式的跨制度重复参保',
    en: 'Flexible work across schemes',
    shape: object('flexibleWork', { others: fate }),
  },
  'duplicates.election': {
    zh: '本人书面选择',
    en: "The person's written choice",
    shape: object('election', { others: fate }),
  },
  'duplicates.crossRegionPause': {
    zh: '跨地区重复参保暂停待遇',
    en: 'Benefits pause while a duplicate elsewhere is resolved',
    shape: yesOrNo,
  },
  'duplicates.subsidyRemoved': {
    zh: '清退的居民参保计入补助',
    en: 'A resident relation removed as a duplicate counts for subsidy',
    shape: yesOrNo,
  },
  'duplicates.subsidyCrossScheme': {
    zh: '保留职工医保后停止的居民参保计入补助',
    en: 'A resident relation stopped beside employee insurance counts for subsidy',
    shape: yesOrNo,
  },
};
