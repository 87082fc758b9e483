/** The kinds of documents a person is known by (psn_cert_type), each with its national code. */
export const documentKinds = {
  /** 身份证、户口簿 */
  identityCard: '01',
  /** 军官证 */
  officerCard: '02',
  /** 武警证 */
  armedPoliceCard: '03',
  /** 港 */
  hongKongPermit: '04',
  /** 澳 */
  macaoPermit: '05',
  /** 台 */
  taiwanPermit: '06',
  /** 外国人永久居留 */
  foreignResidentPermit: '07',
  /** 护照 */
  passport: '08',
  /** 中国护照 */
  chinesePassport: '16',
  /** 港澳台居民居住证 */
  residencePermit: '17',
  /** 社保卡 */
  socialSecurityCard: '90',
  /** 保密 */
  confidential: '91',
  /** 其他 */
  other: '99',
} as const;

export type DocumentKind = keyof typeof documentKinds;

export const documentKindWords = Object.keys(documentKinds) as readonly DocumentKind[];

/** The kind that a word or a national code (`01`, also `1`) means; undefined where it means none. */
export function documentKindOf(text: string): DocumentKind | undefined {
  const code = text.padStart(2, '0');
  return documentKindWords.find((kind) => kind === text || documentKinds[kind] === code);
}
