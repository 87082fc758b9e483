import type { Day } from '../../calendar';
import { readIdentityNumber } from './identity-number';
import type { DocumentKind } from './kinds';
import type { NumberFault } from './number-fault';

/** A document's number in its normal form, and what it says of the person where its form says anything. */
export type ReadDocument =
  | { ok: true; kind: DocumentKind; number: string; birthDate?: Day; sex?: 'male' | 'female' }
  | { ok: false; faults: NumberFault[] };

const LONGEST = 40;

/**
 * Reads the number of a document: full-width characters, spaces and small letters are made plain, then it is checked as its kind
 * wants it. Identity cards and the residence permits of people from Hong Kong, Macao and Taiwan follow GB 11643; a foreigner's
 * permanent residence either GB 11643 from 9 on, or the older three letters and twelve digits. Other kinds have no standard
 * that all issuers keep, so only what no document holds is refused.
 */
export function readDocument(kind: DocumentKind, text: string, today: Day): ReadDocument {
  const written = text.normalize('NFKC').replace(/\s/g, '').toUpperCase();
  switch (kind) {
    case 'identityCard':
      return citizen(kind, written, today, /./, '', '');
    case 'residencePermit':
      return citizen(kind, written, today, /^8[123]/, 'a region code from 81, 82 or 83', '应以81、82或83开头');
    case 'foreignResidentPermit':
      if (/^[A-Z]{3}\d{12}$/.test(written)) return { ok: true, kind, number: written };
      return citizen(
        kind,
        written,
        today,
        /^9/,
        '9, or the older form of three letters and twelve digits',
        '应以9开头，或为旧式3个字母加12位数字',
        1,
      );
    case 'passport':
    case 'chinesePassport':
      return loose(kind, written, /^[A-Z0-9]{5,20}$/, '5 to 20 letters and digits', '应为5至20位字母和数字');
    default:
      return loose(
        kind,
        written,
        /^[\p{L}\p{N}()/.-]{3,40}$/u,
        `3 to ${LONGEST} letters, digits and ( ) / . -`,
        `应为3至${LONGEST}个字母、数字、汉字或 ( ) / . -`,
      );
  }
}

function citizen(
  kind: DocumentKind,
  written: string,
  today: Day,
  beginning: RegExp,
  expected: string,
  zh: string,
  through = 2,
): ReadDocument {
  if (kind !== 'identityCard' && written.length === 15) {
    return { ok: false, faults: [{ expected: '18 characters; there are 15', zh: '应为18位，现为15位' }] };
  }
  const read = readIdentityNumber(written, today);
  const faults = read.ok ? [] : read.faults;
  if (written.length === 18 && !beginning.test(written) && !faults.some(({ position }) => position === 1)) {
    faults.unshift({ position: 1, ...(through > 1 ? { through } : {}), expected, zh });
  }
  if (!read.ok || faults.length > 0) return { ok: false, faults };
  const { number, birthDate, sex } = read;
  return { ok: true, kind, number, birthDate, sex };
}

function loose(kind: DocumentKind, written: string, form: RegExp, expected: string, zh: string): ReadDocument {
  return form.test(written) ? { ok: true, kind, number: written } : { ok: false, faults: [{ expected, zh }] };
}
