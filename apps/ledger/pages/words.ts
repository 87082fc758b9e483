import type { Language } from '../terminal';

type Words = Readonly<Record<string, readonly [zh: string, en: string]>>;

const WORDS = {
  // parts of the page
  benefit: ['待遇', 'Benefits'],
  registrations: ['参保', 'Registered'],
  payment: ['缴费', 'Paid'],
  place: ['享受地', 'Place'],
  waitingPeriods: ['等待期', 'Waiting'],
  waived: ['免等待', 'Waived'],
  coverage: ['待遇期间', 'Coverage'],
  interruptions: ['中断', 'Breaks'],
  contribution: ['缴费年限', 'Months paid'],
  retirement: ['退休', 'Retirement'],
  duplicates: ['重复参保', 'Duplicates'],
  backPayments: ['补缴', 'Back-paid'],
  lateFees: ['滞纳金', 'Late fees'],
  bases: ['缴费基数', 'Base'],
  refunds: ['退费', 'Refunds'],
  stays: ['住院', 'Stays'],
  aid: ['身份', 'Aid'],
  premiumsDue: ['应补缴费', 'Premium due'],
  because: ['理由', 'Why'],
  undetermined: ['未能确定', 'Not determined'],
  readings: ['条款理解', 'Readings'],
  alternatives: ['换一种理解', 'Read otherwise'],
  packs: ['政策包', 'Packs'],
  // statuses
  covered: ['可享受待遇', 'covered'],
  waiting: ['等待期内', 'waiting'],
  pending: ['待生效', 'pending'],
  paused: ['暂停享受', 'paused'],
  notCovered: ['不享受待遇', 'not covered'],
  'undetermined.status': ['未能确定', 'undetermined'],
  normal: ['正常参保', 'normal'],
  suspended: ['暂停（中止）', 'suspended'],
  terminated: ['终止', 'terminated'],
  paid: ['已缴', 'paid'],
  due: ['应缴未缴', 'due'],
  interrupted: ['中断缴费', 'interrupted'],
  none: ['无', 'none'],
  // relations
  employee: ['职工医保', 'employee scheme'],
  resident: ['居民医保', 'resident scheme'],
  employed: ['随单位', 'employed'],
  flexible: ['灵活就业', 'flexible'],
  unemployed: ['领取失业金', 'unemployed'],
  retiree: ['退休人员', 'retiree'],
  'resident.basis': ['居民', 'resident'],
  general: ['普通居民', 'general'],
  newborn: ['新生儿', 'newborn'],
  student: ['学生', 'student'],
  formerEmployee: ['职工断保', 'former employee'],
  special: ['特殊人员', 'special'],
  // causes of waiting
  firstTime: ['首次参保', 'first time'],
  interruption: ['中断缴费', 'interruption'],
  schemeSwitch: ['险种转换', 'change of scheme'],
  transfer: ['关系转移', 'transfer'],
  lateResident: ['逾期缴费', 'paid late'],
  // scopes and what becomes of the others
  sameScheme: ['同险种', 'same scheme'],
  crossScheme: ['跨险种', 'across schemes'],
  crossRegion: ['跨地区', 'across regions'],
  // aid classes
  minimumLiving: ['低保', 'minimum living'],
  extremePoverty: ['特困', 'extreme poverty'],
  povertyAlleviated: ['已脱贫', 'poverty alleviated'],
  monitored: ['监测对象', 'monitored'],
  lowIncomeMargin: ['低保边缘', 'low-income margin'],
  entitledGroup: ['重点优抚', 'entitled group'],
  severeDisability: ['重残', 'severe disability'],
  // gaps
  silent: ['文件未规定', 'the document is silent'],
  notAvailable: ['文件缺页或尚未生效', 'not in the document at hand'],
  external: ['由其他部门公布', 'left to another source'],
  parked: ['记录无法读取，已搁置', 'a record cannot be read; parked'],
  // who chose a reading
  pack: ['政策包默认', 'the pack'],
  ruling: ['裁定', 'a ruling'],
  question: ['本次提问', 'this question'],
  // small words
  restored: ['补缴后恢复', 'restored'],
  usable: ['个人账户可用', 'account usable'],
  closed: ['个人账户停用', 'account closed'],
  yes: ['是', 'yes'],
  no: ['否', 'no'],
  allowed: ['可以', 'allowed'],
  refused: ['不可以', 'not allowed'],
  payable: ['可支付', 'payable'],
  notPayable: ['不予支付', 'not payable'],
  direct: ['直接结算', 'direct settlement'],
  manual: ['手工报销', 'manual claim'],
  agency: ['经办机构', 'agency'],
  tax: ['税务', 'tax'],
  capped: ['已封顶', 'capped'],
  reason: ['原因', 'reason'],
} satisfies Words;

/** The word for a term of the contract; a term without one stands as it is. */
export function word(term: string, language: Language): string {
  const found = (WORDS as Words)[term];
  return found === undefined ? term : found[language === 'zh' ? 0 : 1];
}
