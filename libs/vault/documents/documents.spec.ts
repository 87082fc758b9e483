import {
  describeNumberFault,
  documentKindOf,
  documentKinds,
  readCreditCode,
  readDocument,
  readIdentityNumber,
} from '.';
import { identityCheckCharacter } from './identity-number';

const today = '2026-01-31';
const told = (read: { ok: boolean; faults?: Parameters<typeof describeNumberFault>[0][] }) =>
  read.ok ? 'ok' : read.faults!.map((fault) => describeNumberFault(fault));

/** The seventeen digits with the right last character. */
const complete = (seventeen: string) => seventeen + identityCheckCharacter(seventeen);

describe('identity numbers by GB 11643', () => {
  test('the standard’s own example is read', () => {
    expect(readIdentityNumber('11010519491231002X', today)).toEqual({
      ok: true,
      number: '11010519491231002X',
      birthDate: '1949-12-31',
      sex: 'female',
      legacy: false,
    });
  });

  test.each([
    ['of 17', '1101051949123100', 'expected 18 characters, or 15 of a number from before 1999; there are 16'],
    ['of 19', '11010519491231002X1', 'expected 18 characters, or 15 of a number from before 1999; there are 19'],
    ['a letter in it', '11010519491231O02X', 'position 15: expected a digit'],
    ['an X too early', '1101051949123100X2', 'position 17: expected a digit'],
    ['a wrong last letter', '11010519491231002Y', 'position 18: expected a digit or X'],
    [
      'a wrong check digit',
      '110105194912310021',
      'position 18: expected the check character X of the 17 before it; one of them may be mistyped',
    ],
    ['a region from 0', complete('01010519491231002'), 'position 1: expected a region code, which begins with 1 to 9'],
  ])('%s is told by its place', (_what, number, expected) => {
    expect(told(readIdentityNumber(number, today))).toEqual([expected]);
  });

  test.each([
    ['19000229', false],
    ['20000229', true],
    ['19491301', false],
    ['19490431', false],
    ['20260131', true],
    ['20260201', false],
    ['17991231', false],
    ['18000101', true],
  ])('born %s: %s', (day, fits) => {
    const read = readIdentityNumber(complete(`110105${day}002`), today);
    expect(read.ok).toBe(fits);
    if (!fits)
      expect(told(read)).toEqual([expect.stringMatching(/^position 7-14: expected a day of birth that exists/)]);
  });

  test('every single mistyped digit and every swap of neighbours is noticed', () => {
    const number = '11010519491231002X';
    for (let i = 0; i < 17; i++) {
      for (const digit of '0123456789') {
        if (digit === number[i]) continue;
        expect(readIdentityNumber(number.slice(0, i) + digit + number.slice(i + 1), today).ok).toBe(false);
      }
      const swapped = number.slice(0, i) + number[i + 1] + number[i] + number.slice(i + 2);
      if (swapped !== number) expect(readIdentityNumber(swapped, today).ok).toBe(false);
    }
  });

  test('a number of fifteen digits is the same person as its eighteen', () => {
    expect(readIdentityNumber('110105491231002', today)).toEqual({
      ok: true,
      number: '11010519491231002X',
      birthDate: '1949-12-31',
      sex: 'female',
      legacy: true,
    });
  });

  test.each([
    ['995', true],
    ['996', false],
    ['999', false],
  ])('fifteen digits with sequence %s: %s', (sequence, fits) => {
    const read = readIdentityNumber(`110105491231${sequence}`, today);
    expect(read.ok).toBe(fits);
    if (!fits) expect(told(read)).toEqual([expect.stringMatching(/^position 13-15: expected a sequence below 996/)]);
  });

  test('no fault repeats the number', () => {
    for (const number of [
      '110105194912310021',
      '1101051949123100',
      '11010519491331002X',
      '110105491331999',
      'ABCDEFGHIJKLMNOPQR',
    ]) {
      const read = readIdentityNumber(number, today);
      const words = JSON.stringify(read);
      expect(read.ok).toBe(false);
      for (let i = 0; i + 5 <= number.length; i++) expect(words).not.toContain(number.slice(i, i + 5));
    }
  });
});

describe('documents by kind', () => {
  test('full-width characters, spaces and small letters are made plain', () => {
    expect(readDocument('identityCard', ' 110105 19491231 002x ', today)).toMatchObject({
      number: '11010519491231002X',
    });
    expect(readDocument('identityCard', '１１０１０５１９４９１２３１００２Ｘ', today)).toMatchObject({
      number: '11010519491231002X',
    });
    expect(readDocument('passport', 'e 1234 5678', today)).toMatchObject({ ok: true, number: 'E12345678' });
  });

  const residence = complete('83000019900101001');
  const foreigner = complete('91112419810803002');
  test.each([
    ['residencePermit', residence, 'ok'],
    ['residencePermit', '11010519491231002X', ['position 1-2: expected a region code from 81, 82 or 83']],
    ['residencePermit', '110105491231002', ['expected 18 characters; there are 15']],
    ['foreignResidentPermit', foreigner, 'ok'],
    ['foreignResidentPermit', 'ABC123456789012', 'ok'],
    [
      'foreignResidentPermit',
      '11010519491231002X',
      ['position 1: expected 9, or the older form of three letters and twelve digits'],
    ],
    ['passport', 'E1234', 'ok'],
    ['passport', 'E123', ['expected 5 to 20 letters and digits']],
    ['officerCard', '军字第2001988号', 'ok'],
    ['other', 'A', ['expected 3 to 40 letters, digits and ( ) / . -']],
  ] as const)('%s', (kind, number, expected) => {
    expect(told(readDocument(kind, number, today))).toEqual(expected);
  });

  test('a kind is known by its word and by its national code, with or without the nought', () => {
    for (const [kind, code] of Object.entries(documentKinds)) {
      expect(documentKindOf(kind)).toBe(kind);
      expect(documentKindOf(code)).toBe(kind);
      expect(documentKindOf(String(Number(code)))).toBe(kind);
    }
    expect(documentKindOf('55')).toBeUndefined();
  });
});

describe('credit codes by GB 32100', () => {
  test.each([
    ['91350100M000100Y43', 'ok'],
    ['91350100m000100y43', 'ok'],
    ['91350100M000100Y4', ['expected 18 characters; there are 17']],
    [
      '91350100M000100Y44',
      ['position 18: expected the check character 3 of the 17 before it; one of them may be mistyped'],
    ],
    ['9135010OM000100Y43', ['position 8: expected a digit of the region code']],
    ['91350100I000100Y43', ['position 9: expected a digit, or a capital letter other than I, O, S, V and Z']],
  ])('%s', (code, expected) => {
    expect(told(readCreditCode(code))).toEqual(expected);
  });
});
