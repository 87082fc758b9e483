import { isDay, type Day } from '../../calendar';
import { strangeCharacters, type NumberFault } from './number-fault';

/** What an identity number says, or everything that is wrong with it. */
export type ReadIdentityNumber =
  | { ok: true; number: string; birthDate: Day; sex: 'male' | 'female'; legacy: boolean }
  | { ok: false; faults: NumberFault[] };

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';
const EARLIEST = '1800-01-01';
/** In numbers of fifteen digits these sequences mark people born before 1900. */
const CENTENARIANS = 996;

/**
 * Reads a citizen's identity number by GB 11643-1999: six digits of a region in the form of a code (not looked up, because
 * codes retired decades ago live on in numbers), a day of birth not after `today`, a sequence, a check character by ISO 7064
 * MOD 11-2. A number of fifteen digits from before 1999 is brought to eighteen, so that both find the same person; where its
 * century cannot be known it is refused. `number` is the normal form.
 */
export function readIdentityNumber(written: string, today: Day): ReadIdentityNumber {
  if (written.length === 15) return readLegacy(written, today);
  if (written.length !== 18) {
    return refused({
      expected: `18 characters, or 15 of a number from before 1999; there are ${written.length}`,
      zh: `应为18位（1999年以前的旧号为15位），现为${written.length}位`,
    });
  }
  const strange = [
    ...strangeCharacters(written, 1, 17, /\d/, 'a digit', '应为数字'),
    ...strangeCharacters(written, 18, 18, /[\dX]/, 'a digit or X', '应为数字或X'),
  ];
  if (strange.length > 0) return { ok: false, faults: strange };
  const faults = regionFaults(written);
  const birthDate = dayOf(written.slice(6, 14));
  if (!isPossible(birthDate, today)) {
    faults.push({
      position: 7,
      through: 14,
      expected: `a day of birth that exists, YYYYMMDD, from ${EARLIEST} through ${today}`,
      zh: `应为真实存在的出生日期YYYYMMDD，且不晚于${today}`,
    });
  }
  const check = identityCheckCharacter(written);
  if (written[17] !== check) {
    faults.push({
      position: 18,
      expected: `the check character ${check} of the 17 before it; one of them may be mistyped`,
      zh: `按前17位计算，校验码应为${check}；也可能前17位有误`,
    });
  }
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, number: written, birthDate, sex: sexOf(written[16]!), legacy: false };
}

/** The eighteenth character that belongs to the first seventeen digits. */
export function identityCheckCharacter(number: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += Number(number[i]) * WEIGHTS[i]!;
  return CHECK_CHARACTERS[sum % 11]!;
}

function readLegacy(written: string, today: Day): ReadIdentityNumber {
  const strange = strangeCharacters(written, 1, 15, /\d/, 'a digit', '应为数字');
  if (strange.length > 0) return { ok: false, faults: strange };
  const faults = regionFaults(written);
  const birthDate = dayOf(`19${written.slice(6, 12)}`);
  if (!isPossible(birthDate, today)) {
    faults.push({
      position: 7,
      through: 12,
      expected: 'a day of birth that exists in the years 1900 to 1999, YYMMDD',
      zh: '应为1900至1999年间真实存在的出生日期YYMMDD',
    });
  }
  if (Number(written.slice(12)) >= CENTENARIANS) {
    faults.push({
      position: 13,
      through: 15,
      expected: `a sequence below ${CENTENARIANS}: from there on they stand for people born before 1900; give the number of 18`,
      zh: `顺序码${CENTENARIANS}至999专用于1900年以前出生的人，旧号无法确定世纪，请使用18位号码`,
    });
  }
  if (faults.length > 0) return { ok: false, faults };
  const seventeen = `${written.slice(0, 6)}19${written.slice(6)}`;
  const number = seventeen + identityCheckCharacter(seventeen);
  return { ok: true, number, birthDate, sex: sexOf(written[14]!), legacy: true };
}

function regionFaults(written: string): NumberFault[] {
  // A province or, from 81 on, a special region; 9 begins the numbers of foreigners with permanent residence.
  return strangeCharacters(
    written,
    1,
    1,
    /[1-9]/,
    'a region code, which begins with 1 to 9',
    '行政区划代码首位应为1至9',
  );
}

function dayOf(digits: string): Day {
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
}

function isPossible(birthDate: Day, today: Day): boolean {
  return isDay(birthDate) && birthDate >= EARLIEST && birthDate <= today;
}

/** The last digit of the sequence is odd for men. */
function sexOf(digit: string): 'male' | 'female' {
  return Number(digit) % 2 === 1 ? 'male' : 'female';
}

function refused(fault: NumberFault): ReadIdentityNumber {
  return { ok: false, faults: [fault] };
}
