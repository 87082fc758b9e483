import type { AidedEntry, Entry, PaymentWindow, RuleValues } from '../evaluation';
import type { KeyDefinitions } from './key';
import { day, dayOrMonthDay, listOf, object, oneOf, text, whole, year, yesOrNo, type Shape } from './shapes';
import { start, wait } from './waiting';

type FamilyKey = Extract<
  keyof RuleValues,
  `${'resident' | 'newborn' | 'student' | 'formerEmployee' | 'aided' | 'special'}.${string}`
>;

const windowEnd = object('windowEnd', { day: dayOrMonthDay }, { year: oneOf('before', 'same') });

const paymentWindow: Shape<PaymentWindow> = object(
  'paymentWindow',
  { kind: oneOf('collection', 'supplement', 'studentStart'), from: windowEnd, through: windowEnd },
  { benefitYear: year },
);

const entry: Shape<Entry> = object('entry', {}, { accept: yesOrNo, start, wait });

const aidedEntry: Shape<AidedEntry> = object(
  'aidedEntry',
  { classes: listOf(text), start: oneOf('identification', 'payDay', 'nextMonth') },
  { reachBack: oneOf('benefitYear', 'identification') },
);

const newbornLate = object('newbornLate', {}, { accept: yesOrNo, start, wait, birthYearOnly: yesOrNo });

const deadline = object('deadline', { days: whole, countBirthDay: yesOrNo });

export const residentKeys: KeyDefinitions<Pick<RuleValues, FamilyKey>> = {
  'resident.windows': { zh: '缴费期', en: 'Windows for paying a benefit year', shape: listOf(paymentWindow) },
  'resident.benefitYears': {
    zh: '文件规定的待遇年度',
    en: 'Benefit years that the document rules',
    unit: 'year',
    shape: object('benefitYears', { from: year }, { through: year }),
  },
  'resident.collection': { zh: '集中缴费期缴费', en: 'Paid in the collection period', shape: entry },
  'resident.supplement': { zh: '补缴期缴费', en: 'Paid in the supplementary period', shape: entry },
  'resident.supplementaryPeriod': {
    zh: '设有补缴期',
    en: 'A supplementary period follows the collection period',
    shape: yesOrNo,
  },
  'resident.outside': { zh: '缴费期外缴费', en: 'Paid in no window', shape: entry },
  'resident.early': {
    zh: '待遇年度开始前缴费期外缴费',
    en: 'Paid in no window, before the benefit year begins',
    shape: entry,
  },
  'resident.duringNextCollection': {
    zh: '下年度集中缴费期内缴当年费用',
    en: 'A payment for the current year while the coming year is being collected',
    shape: oneOf('outside', 'collection'),
  },
  'resident.brokenYearsDue': { zh: '须补缴断缴年度', en: 'Earlier unpaid years must be paid first', shape: yesOrNo },
  'resident.placeMustMatch': {
    zh: '参保地须与户籍或居住证一致',
    en: 'The place must match the household or the permit',
    shape: listOf(oneOf('household', 'residencePermit')),
  },
  'newborn.deadline': {
    zh: '新生儿参保期限',
    en: 'Days after birth that count as in time',
    unit: 'day',
    shape: deadline,
  },
  'newborn.needsRegistration': { zh: '新生儿须先登记', en: 'A newborn must be registered', shape: yesOrNo },
  'newborn.inTime': { zh: '新生儿按期参保', en: 'A newborn in time', shape: entry },
  'newborn.inTimeNearYearEnd': {
    zh: '年末出生新生儿按期参保',
    en: 'Born so near the end of the year that the deadline leaves it',
    unit: 'day',
    shape: object('newbornNearYearEnd', { days: whole, start }),
  },
  'newborn.late': {
    zh: '新生儿逾期参保',
    en: 'A newborn after the deadline, within the birth year',
    shape: newbornLate,
  },
  'newborn.nextYear': {
    zh: '出生次年缴费',
    en: 'Paid for the year after birth',
    shape: object('newbornNextYear', { requiresBirthYear: yesOrNo }),
  },
  'newborn.birthYearAfterDeadline': {
    zh: '逾期补缴出生年度的待遇',
    en: 'Benefits of a birth year paid in the next year after the deadline',
    shape: yesOrNo,
  },
  'newborn.deathDeadline': {
    zh: '新生儿死亡后缴费期限',
    en: 'Days within which a payment for a newborn who died still covers',
    unit: 'day',
    shape: deadline,
  },
  'newborn.bornFrom': {
    zh: '新生儿规定适用的出生日',
    en: 'First day of birth to which the newborn rules apply',
    shape: day,
  },
  'student.start': {
    zh: '学生缴费起始',
    en: 'Students who are covered from the payment itself',
    shape: object(
      'studentStart',
      { who: oneOf('newEntrant', 'every', 'none'), start },
      { others: oneOf('payDayFromYearStart', 'general') },
    ),
  },
  'student.collectionStart': { zh: '学生集中缴费起始', en: 'When students may begin to pay', shape: dayOrMonthDay },
  'student.entryPlace': {
    zh: '新生入学当年参保地',
    en: 'Place of a new student in the entry year',
    shape: oneOf('earlierPlaceInProvince', 'school'),
  },
  'student.graduationYear': {
    zh: '毕业当年待遇',
    en: 'The year of graduation',
    shape: object('graduationYear', { through: oneOf('yearEnd') }),
  },
  'student.aidedPlace': { zh: '救助身份学生参保地', en: 'Place of an aided student', shape: oneOf('recognition') },
  'formerEmployee.entry': {
    zh: '职工断保后参加居民医保',
    en: 'A former employee who joins the resident scheme',
    shape: entry,
  },
  'formerEmployee.endsOn': {
    zh: '变更之日归属',
    en: 'Last day of the resident relation at the next change',
    shape: oneOf('dayBeforeChange', 'dayOfChange'),
  },
  'aided.entry': {
    zh: '资助参保人员待遇起始',
    en: 'First day of the benefits of aided persons',
    shape: listOf(aidedEntry),
  },
  'aided.noWaiting': { zh: '资助参保人员免等待', en: 'Aided persons wait not at all', shape: yesOrNo },
  'aided.outside': {
    zh: '资助参保人员缴费期外缴费',
    en: 'A payment of an aided person outside the collection period',
    shape: object('aidedOutside', { subsidy: yesOrNo }, { accept: yesOrNo, start, wait }),
  },
  'aided.switchWaived': {
    zh: '资助参保人员转换制度免等待',
    en: 'Aided persons switch schemes without waiting',
    shape: yesOrNo,
  },
  'aided.identityChange': {
    zh: '身份变更起始',
    en: 'From when a changed identity counts',
    shape: object('identityChange', { start: oneOf('sameDay', 'nextMonth') }),
  },
  'special.entry': { zh: '特殊人员缴费期外参保', en: 'Special persons outside the windows', shape: entry },
};
