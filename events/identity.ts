import { isDay } from '../libs/calendar';

/**
 * Identity numbers (GB 11643) and unified social credit codes (GB 32100), known by their shape so that the first never
 * gets into a stream name, a text or a message, and the second may.
 */

const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const EIGHTEEN = /(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])/;
const EVERY_EIGHTEEN = /(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])/g;
const CREDIT_CODE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
const CREDIT_CODE_DIGITS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const CREDIT_CODE_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** Whether the text may name a person: a plain id without anything shaped like an identity number. */
export function isPersonId(value: unknown): value is string {
  return typeof value === 'string' && ID_PATTERN.test(value) && !hasIdentityShape(value);
}

/** Whether the text may name an employer; a credit code made of digits alone is told from an identity number by its check character. */
export function isEmployerId(value: unknown): value is string {
  return typeof value === 'string' && ID_PATTERN.test(value) && (!holdsIdentityNumber(value) || isCreditCode(value));
}

/** Whether eighteen digits (or seventeen and an X) stand in the text by themselves, whatever they say. */
export function hasIdentityShape(text: string): boolean {
  return text.length >= 18 && EIGHTEEN.test(text);
}

/** Whether an identity number stands in the text: the shape, with a birth date that exists. Its check character may be mistyped. */
export function holdsIdentityNumber(text: string): boolean {
  if (text.length < 18) return false;
  for (const [number] of text.matchAll(EVERY_EIGHTEEN)) {
    if (isDay(`${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`) && +number.slice(6, 10) < 2100)
      return true;
  }
  return false;
}

/** Whether the text is a unified social credit code with the right check character. */
export function isCreditCode(text: string): boolean {
  return CREDIT_CODE.test(text) && creditCodeCheck(text) === text[17];
}

/** The eighteenth character that belongs to the first seventeen of a unified social credit code. */
export function creditCodeCheck(code: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += CREDIT_CODE_DIGITS.indexOf(code[i]!) * CREDIT_CODE_WEIGHTS[i]!;
  return CREDIT_CODE_DIGITS[(31 - (sum % 31)) % 31]!;
}
