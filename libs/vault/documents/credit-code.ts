import { creditCodeCheck } from '../../../events';
import { strangeCharacters, type NumberFault } from './number-fault';

export type ReadCreditCode = { ok: true; code: string } | { ok: false; faults: NumberFault[] };

const ALPHABET = /[0-9A-HJ-NPQRTUWXY]/;

/**
 * Reads a unified social credit code by GB 32100-2015: the registering department, the kind of organisation, six digits of the
 * registering region (not looked up), nine characters of the organisation, a check character. The letters I, O, S, V and Z are
 * in no code. Departments and kinds are not looked up either: the lists grow.
 */
export function readCreditCode(text: string): ReadCreditCode {
  const written = text.normalize('NFKC').replace(/\s/g, '').toUpperCase();
  if (written.length !== 18) {
    return {
      ok: false,
      faults: [
        {
          expected: `18 characters; there are ${written.length}`,
          zh: `统一社会信用代码应为18位，现为${written.length}位`,
        },
      ],
    };
  }
  const letter = 'a digit, or a capital letter other than I, O, S, V and Z';
  const strange = [
    ...strangeCharacters(written, 1, 2, ALPHABET, letter, '应为数字或除I、O、S、V、Z外的大写字母'),
    ...strangeCharacters(written, 3, 8, /\d/, 'a digit of the region code', '登记管理机关行政区划码应为数字'),
    ...strangeCharacters(written, 9, 18, ALPHABET, letter, '应为数字或除I、O、S、V、Z外的大写字母'),
  ];
  if (strange.length > 0) return { ok: false, faults: strange };
  const check = creditCodeCheck(written);
  if (written[17] === check) return { ok: true, code: written };
  return {
    ok: false,
    faults: [
      {
        position: 18,
        expected: `the check character ${check} of the 17 before it; one of them may be mistyped`,
        zh: `按前17位计算，校验码应为${check}；也可能前17位有误`,
      },
    ],
  };
}
