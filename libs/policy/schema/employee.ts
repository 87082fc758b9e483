import type { BreakLimit, RuleValues, ShortBreak } from '../evaluation';
import type { KeyDefinitions } from './key';
import { object, oneOf, whole, yesOrNo, type Shape } from './shapes';
import { start, wait } from './waiting';

type FamilyKey = Extract<
  keyof RuleValues,
  `${'firstTime' | 'entry' | 'interruption' | 'transfer' | 'arrears' | 'flexible' | 'suspended' | 'waiting' | 'switch' | 'termination' | 'pack'}.${string}`
>;

const breakLimit: Shape<BreakLimit> = object('breakLimit', {
  months: whole,
  inclusive: yesOrNo,
  measure: oneOf('feeMonths', 'elapsed'),
});

const shortBreak: Shape<ShortBreak> = object('shortBreak', {
  start,
  restoreGap: yesOrNo,
  backPayment: oneOf('may', 'required', 'none'),
  partial: oneOf('contiguous', 'nothing'),
});

export const employeeKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'firstTime.wait': { zh: '首次参保等待期', en: 'Waiting period of a first enrolment', shape: wait },
  'firstTime.graduateExempt': {
    zh: '应届毕业生首次就业参保免等待',
    en: 'Graduates of the year in their first job wait not at all',
    shape: yesOrNo,
  },
  'firstTime.armySpouseExempt': {
    zh: '随军未就业配偶免等待',
    en: 'Spouses provided for by the army wait not at all',
    shape: yesOrNo,
  },
  'entry.start': { zh: '无等待期的参保起始日', en: 'First covered day of an entry without waiting', shape: start },
  'interruption.limit': {
    zh: '短期中断的界限',
    en: 'Longest break that still counts as short',
    unit: 'month',
    shape: breakLimit,
  },
  'interruption.short': { zh: '短期中断', en: 'What follows a short break', shape: shortBreak },
  'interruption.long': { zh: '长期中断', en: 'What follows a long break', shape: wait },
  'transfer.limit': {
    zh: '转移接续短期中断的界限',
    en: 'Longest break at a transfer that still counts as short',
    unit: 'month',
    shape: breakLimit,
  },
  'transfer.short': { zh: '转移接续短期中断', en: 'What follows a short break at a transfer', shape: shortBreak },
  'transfer.long': { zh: '转移接续长期中断', en: 'What follows a long break at a transfer', shape: wait },
  'arrears.pauseFrom': {
    zh: '单位欠费停待遇起始',
    en: 'From when benefits pause while the employer is in arrears',
    shape: oneOf('firstUnpaidMonth', 'afterMissedDueDate'),
  },
  'arrears.partPayment': {
    zh: '未足额缴纳的费款',
    en: 'What a fee month paid in part counts as',
    shape: oneOf('unpaid', 'paid'),
  },
  'arrears.restore': {
    zh: '单位补缴恢复待遇的界限',
    en: 'Within what time a full back-payment of the employer restores the gap',
    unit: 'month',
    shape: breakLimit,
  },
  'arrears.over': {
    zh: '单位超期补缴的处理',
    en: 'What follows when the employer pays later than that',
    shape: oneOf('resume', 'interruption'),
  },
  'arrears.retireesExcepted': {
    zh: '退休人员不受单位欠费影响',
    en: 'Retirees keep their benefits while the employer is in arrears',
    shape: yesOrNo,
  },
  'arrears.mayJoinResident': {
    zh: '单位欠费期间职工可参加居民医保',
    en: 'Staff may join the resident scheme while the employer is in arrears',
    shape: yesOrNo,
  },
  'flexible.cadence': {
    zh: '灵活就业缴费周期',
    en: 'How often a flexible worker pays',
    shape: oneOf('wholeYear', 'month'),
  },
  'flexible.remainderAfterStop': {
    zh: '断保后可一次性缴至年底',
    en: 'After a stop the rest of the year may be paid at once',
    shape: yesOrNo,
  },
  'flexible.barredByResident': {
    zh: '已缴居民医保者不得转灵活就业',
    en: 'A resident payment of the year bars flexible participation',
    shape: object('barredByResident', { barred: yesOrNo, afterStop: oneOf('barred', 'allowed') }),
  },
  'flexible.priorYearFull': {
    zh: '上年度足额缴费的灵活就业人员',
    en: 'A flexible worker who paid the whole year before',
    shape: object('priorYearFull', { start }),
  },
  'flexible.otherwise': {
    zh: '上年度未足额缴费的灵活就业人员',
    en: 'A flexible worker who did not',
    shape: wait,
  },
  'flexible.firstTime': {
    zh: '灵活就业首次参保适用的规则',
    en: 'Which rule governs a first enrolment as flexible',
    shape: oneOf('firstTime', 'flexible'),
  },
  'flexible.crossYearExcluded': {
    zh: '跨年补缴不计入上年度足额',
    en: 'Months of the year before that arrive in this year do not make it full',
    shape: yesOrNo,
  },
  'flexible.yearBeforeArrival': {
    zh: '年缴到账前月份的待遇',
    en: 'Months of the year before an annual payment arrives',
    shape: oneOf('uncovered', 'covered'),
  },
  'suspended.paidMonthCovered': {
    zh: '停保后已缴月份仍享受待遇',
    en: 'A paid month after a suspension still covers',
    shape: yesOrNo,
  },
  'waiting.account': {
    zh: '等待期内个人账户',
    en: 'The personal account while waiting',
    shape: oneOf('usable', 'closed'),
  },
  'switch.minimum': {
    zh: '跨制度连续参保的最低月数',
    en: 'Consecutive months that make a switch of schemes a continuation',
    unit: 'month',
    shape: object('switchMinimum', {
      months: whole,
      scope: oneOf('sameScheme', 'any'),
      count: oneOf('months', 'calendarYears'),
    }),
  },
  'switch.limit': {
    zh: '跨制度短期中断的界限',
    en: 'Longest break at a switch that still counts as short',
    unit: 'month',
    shape: breakLimit,
  },
  'switch.short': { zh: '跨制度短期中断', en: 'What follows a short break at a switch', shape: shortBreak },
  'switch.long': { zh: '跨制度长期中断', en: 'What follows a long break at a switch', shape: wait },
  'switch.under': { zh: '跨制度连续参保不足', en: 'A switch with too few consecutive months', shape: wait },
  'switch.underAndLong': {
    zh: '连续参保不足且长期中断适用的规则',
    en: 'Which rule governs a switch with too few months and a long break',
    shape: oneOf('under', 'long'),
  },
  'switch.firstJob': {
    zh: '居民首次就业适用的规则',
    en: 'Which rule governs the first job of a long-insured resident',
    shape: oneOf('switch', 'firstTime'),
  },
  'switch.inCollection': {
    zh: '职工断保后在集中缴费期缴居民医保',
    en: 'A payment in the collection period after leaving the employee scheme',
    shape: oneOf('collection', 'switch'),
  },
  'switch.oldRelation': {
    zh: '新关系等待期内的原关系',
    en: 'The old relation while the new one is waiting',
    shape: oneOf('continues', 'ends'),
  },
  'switch.residentEndsOnRegistration': {
    zh: '职工登记即终止居民关系',
    en: 'An employee registration ends the resident relation',
    shape: yesOrNo,
  },
  'termination.deathDayCovered': { zh: '死亡当日享受待遇', en: 'The day of death is still covered', shape: yesOrNo },
  'pack.versionBy': {
    zh: '政策版本的适用日',
    en: 'Which day chooses the version',
    shape: oneOf('effective', 'recorded'),
  },
};
