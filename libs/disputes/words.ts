import type { Attributed, Cause } from '../../projections/difference';

export type Language = 'zh' | 'en';

const AT: Readonly<Record<string, string>> = {
  region: '参保地区',
  place: '享受地',
  registrations: '参保状态',
  payment: '缴费',
  benefit: '待遇',
  waitingPeriods: '等待期',
  waived: '免等待',
  coverage: '待遇期间',
  interruptions: '中断缴费',
  contribution: '缴费年限（月）',
  retirement: '退休',
  refunds: '退费',
  backPayments: '补缴',
  lateFees: '滞纳金',
  bases: '缴费基数',
  duplicates: '重复参保',
  stays: '住院',
  aid: '救助身份',
  premiumsDue: '应补缴费',
  undetermined: '未能确定',
  status: '状态',
  scheme: '险种',
  basis: '身份',
  since: '起',
  through: '止',
  from: '自',
  until: '至',
  restored: '追溯恢复',
  account: '个人账户',
  paidThrough: '缴至',
  actual: '实际',
  localActual: '本地实际',
  provinceActual: '省内实际',
  outOfProvinceActual: '省外实际',
  deemed: '视同',
  military: '军龄',
  purchased: '趸缴',
  total: '合计',
  doubleCounted: '重复',
  consecutive: '连续',
  residentMonths: '居民缴费月数',
  cause: '原因',
  rule: '依据',
  benefitsFrom: '可享受日',
  months: '月数',
  covered: '可享受待遇',
  waiting: '等待期内',
  pending: '待生效',
  paused: '暂停享受',
  notCovered: '不享受待遇',
  undeterminedStatus: '未能确定',
  employee: '职工医保',
  resident: '居民医保',
  employed: '随单位',
  flexible: '灵活就业',
  unemployed: '领取失业金',
  normal: '正常',
  suspended: '暂停',
  terminated: '终止',
  paid: '已缴',
  due: '应缴未缴',
  interrupted: '中断',
  interruption: '中断缴费',
  firstTime: '首次参保',
  schemeSwitch: '险种转换',
  transfer: '关系转移',
  lateResident: '逾期缴费',
  newborn: '新生儿',
  none: '无',
  true: '是',
  false: '否',
  // event types
  Registered: '参保登记',
  Paid: '缴费到账',
  Suspended: '暂停',
  Transferred: '转移接续',
  Retired: '在职转退休',
  Refunded: '退费',
  Identified: '身份登记',
  Merged: '并号',
  Unmerged: '拆号',
  Died: '死亡',
  Terminated: '终止',
  ResidenceChanged: '户籍居住变更',
  EmploymentStarted: '就业',
  EmploymentEnded: '离职',
  BaseDeclared: '基数申报',
  Assessed: '应缴核定',
  BackPaymentRequested: '补缴申请',
  YearsRecognised: '年限认定',
  YearsConverted: '年限折算',
  MilitaryServed: '服役',
  MilitarySpouseReleased: '随军配偶',
  StatutoryAgeReached: '达到法定退休年龄',
  AidGranted: '身份认定',
  AidEnded: '身份终止',
  StudentEnrolled: '入学',
  StudentGraduated: '毕业',
  CustodyStarted: '服刑开始',
  CustodyEnded: '服刑结束',
  UnemploymentBenefitStarted: '开始领取失业金',
  UnemploymentBenefitEnded: '停止领取失业金',
  DuplicateDetected: '发现重复参保',
  DuplicateElected: '重复参保选择',
  DuplicateResolved: '重复参保处理',
  RefundRequested: '退费申请',
  RefundDenied: '退费不予受理',
  Admitted: '入院',
  Discharged: '出院',
  RulingRecorded: '裁定',
  Corrected: '更正',
  Voided: '撤销',
  CollectionPeriodAnnounced: '集中缴费期公布',
  ReferenceValuePublished: '参考值公布',
  PolicyPackActivated: '政策包启用',
  EmployerRegistered: '单位登记',
  EmployerChanged: '单位变更',
  EmployerClosed: '单位注销',
  PayrollDeclared: '工资申报',
  ChangeRequested: '申请变更',
  ChangeApproved: '复核通过',
  ChangeDeclined: '复核退回',
  AnswerGiven: '出具核定答复',
};

/** The word of the contract in the language; a word without one stands as it is. */
export function term(name: string, language: Language): string {
  return language === 'zh' ? (AT[name] ?? name) : name;
}

/** A path of the answer in words: `contribution.total`. */
export function pathWords(at: string, language: Language): string {
  return language === 'zh'
    ? at
        .split('.')
        .map((name) => term(name, 'zh'))
        .join('·')
    : at;
}

/** A value of the answer on one line. */
export function valueWords(value: unknown, language: Language): string {
  if (value === undefined) return language === 'zh' ? '无' : 'none';
  if (typeof value !== 'object' || value === null) return term(String(value), language);
  if (Array.isArray(value)) return value.map((one) => valueWords(one, language)).join(language === 'zh' ? '、' : ', ');
  return Object.entries(value)
    .map(([name, inner]) => `${term(name === 'through' ? 'until' : name, language)} ${valueWords(inner, language)}`)
    .join(language === 'zh' ? '，' : ', ');
}

/** A change: what was, and what is. */
export function changeWords({ at, from, to }: Pick<Attributed, 'at' | 'from' | 'to'>, language: Language): string {
  const zh = language === 'zh';
  const path = pathWords(at, language);
  if (from === undefined) return `${path}${zh ? '：新增 ' : ': new: '}${valueWords(to, language)}`;
  if (to === undefined) return `${path}${zh ? '：不再有 ' : ': gone: '}${valueWords(from, language)}`;
  return `${path}${zh ? '：' : ': '}${valueWords(from, language)} → ${valueWords(to, language)}`;
}

/** A cause, with the event it stands on. */
export function causeWords(cause: Cause, language: Language): string {
  const zh = language === 'zh';
  switch (cause.kind) {
    case 'pack': {
      const versions = (list: typeof cause.from) =>
        list.map(({ version, sha256 }) => `${version} (${sha256.slice(0, 12)})`).join('、') || '—';
      return `${zh ? '政策包版本' : 'pack version of'} ${cause.region}${zh ? '：' : ': '}${versions(cause.from)} → ${versions(cause.to)}`;
    }
    case 'reading':
      return zh
        ? `条款理解 ${cause.reading}：${cause.from ?? '默认'} → ${cause.to ?? '默认'}`
        : `reading ${cause.reading}: ${cause.from ?? 'default'} → ${cause.to ?? 'default'}`;
    case 'day':
      return zh ? `所问日期：${cause.from} → ${cause.to}` : `the day asked about: ${cause.from} → ${cause.to}`;
    case 'region':
      return zh
        ? `所问地区：${cause.from ?? '本人关系所在地'} → ${cause.to ?? '本人关系所在地'}`
        : `the region asked about: ${cause.from ?? 'his own'} → ${cause.to ?? 'his own'}`;
    default:
      return eventCauseWords(cause, zh);
  }
}

const KINDS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  lateFact: ['迟到的事实', 'a fact that came late'],
  newFact: ['后来发生的事实', 'a fact that happened since'],
  correction: ['更正', 'a correction'],
  voiding: ['撤销', 'a voiding'],
  ruling: ['裁定', 'a ruling'],
};

function eventCauseWords(cause: Extract<Cause, { event: string }>, zh: boolean): string {
  const { kind, type, effectiveOn, recordedAt, event, applied } = cause;
  const [chinese, english] = KINDS[kind]!;
  const on = recordedAt.slice(0, 10);
  const more =
    'target' in cause
      ? zh
        ? `，针对事件 ${cause.target}`
        : `, of event ${cause.target}`
      : 'choice' in cause
        ? zh
          ? `，${cause.reading} 按 ${cause.choice} 理解`
          : `, ${cause.reading} read as ${cause.choice}`
        : '';
  return zh
    ? `${applied === 'removed' ? '当时尚不知道的' : ''}${chinese}：${term(type, 'zh')}，${effectiveOn} 生效，${on} 记录${more}（事件 ${event}）`
    : `${applied === 'removed' ? 'not known then: ' : ''}${english}: ${type} of ${effectiveOn}, recorded on ${on}${more} (event ${event})`;
}
