import type { Column, Words } from './report';

/** The closed words of reports in both languages. A word that is missing stands for itself. */
const WORDS: Readonly<Record<string, Words>> = {
  employee: { zh: '职工医保', en: 'employee' },
  resident: { zh: '居民医保', en: 'resident' },
  employed: { zh: '随单位', en: 'employed' },
  flexible: { zh: '灵活就业', en: 'flexible' },
  unemployed: { zh: '领取失业金', en: 'unemployed' },
  general: { zh: '普通居民', en: 'general' },
  newborn: { zh: '新生儿', en: 'newborn' },
  student: { zh: '学生', en: 'student' },
  formerEmployee: { zh: '职工断保', en: 'former employee' },
  special: { zh: '特殊人员', en: 'special' },
  normal: { zh: '正常', en: 'normal' },
  suspended: { zh: '暂停', en: 'suspended' },
  terminated: { zh: '终止', en: 'terminated' },
  covered: { zh: '可享受', en: 'covered' },
  waiting: { zh: '等待期', en: 'waiting' },
  pending: { zh: '待生效', en: 'pending' },
  paused: { zh: '暂停享受', en: 'paused' },
  notCovered: { zh: '不享受', en: 'not covered' },
  undetermined: { zh: '无法确定', en: 'undetermined' },
  byAnother: { zh: '由另一关系享受', en: 'by another relation' },
  firstTime: { zh: '首次参保', en: 'first time' },
  interruption: { zh: '中断缴费', en: 'interruption' },
  schemeSwitch: { zh: '险种转换', en: 'scheme switch' },
  transfer: { zh: '转移接续', en: 'transfer' },
  lateResident: { zh: '居民逾期缴费', en: 'late resident payment' },
  opening: { zh: '期初', en: 'opening' },
  closing: { zh: '期末', en: 'closing' },
  difference: { zh: '差额（应为 0）', en: 'difference (must be 0)' },
  entry: { zh: '新增', en: 'entry' },
  exit: { zh: '减少', en: 'exit' },
  changed: { zh: '状态变化', en: 'changed' },
  total: { zh: '合计', en: 'total' },
  returned: { zh: '重新参保', en: 'returned' },
  movedIn: { zh: '区域转入', en: 'moved in' },
  movedOut: { zh: '区域转出', en: 'moved out' },
  ended: { zh: '关系期满', en: 'relation ended' },
  death: { zh: '死亡', en: 'death' },
  emigration: { zh: '出境定居', en: 'emigration' },
  duplicate: { zh: '重复参保', en: 'duplicate' },
  transferOut: { zh: '转出', en: 'transfer out' },
  employeeRegistered: { zh: '参加职工医保', en: 'registered as employee' },
  refund: { zh: '退费', en: 'refund' },
  owed: { zh: '欠缴', en: 'owed' },
  paidLate: { zh: '迟缴', en: 'paid late' },
  backPaymentAllowed: { zh: '可补缴', en: 'back-payment allowed' },
  backPaymentRefused: { zh: '不可补缴', en: 'back-payment refused' },
  settled: { zh: '已办结', en: 'settled' },
  allowed: { zh: '应退', en: 'allowed' },
  refused: { zh: '不应退', en: 'refused' },
  sameScheme: { zh: '同一险种', en: 'same scheme' },
  crossScheme: { zh: '职工居民之间', en: 'across schemes' },
  crossRegion: { zh: '跨统筹区', en: 'across regions' },
  detected: { zh: '已发现未处理', en: 'found, not settled' },
  open: { zh: '规则未定', en: 'left open' },
  byRule: { zh: '按规则保留', en: 'decided by rule' },
  none: { zh: '不变', en: 'stay' },
  paymentWithoutRegistration: { zh: '有缴费无登记', en: 'payment without registration' },
  unknownRegion: { zh: '统筹区未知', en: 'unknown region' },
  conflictingFacts: { zh: '事实矛盾', en: 'conflicting facts' },
  unknownCode: { zh: '代码未知', en: 'unknown code' },
  parked: { zh: '事件无法读取', en: 'parked' },
  silent: { zh: '文件未规定', en: 'the document is silent' },
  notAvailable: { zh: '文件缺页', en: 'page not available' },
  external: { zh: '待外部发布', en: 'to be published' },
};

export type Language = 'zh' | 'en';

/** A cell as a page shows it: words in the reader's language, money in yuan. */
export function shown(column: Column, cell: string | number | null | undefined, language: Language): string {
  if (cell === null || cell === undefined) return '';
  if (column.kind === 'word') return WORDS[String(cell)]?.[language] ?? String(cell);
  if (column.kind === 'fen') return yuan(Number(cell));
  if (column.kind === 'count') return Number(cell).toLocaleString('en-US');
  return String(cell);
}

/** Fen as yuan with two decimals. */
export function yuan(fen: number): string {
  const whole = Math.abs(fen);
  return `${fen < 0 ? '-' : ''}${Math.floor(whole / 100)}.${String(whole % 100).padStart(2, '0')}`;
}
