/** One thing wrong with a number: where, and what was expected there. The number itself is never part of it. */
export interface NumberFault {
  /** Counted from 1, as people count; left out where the fault is of the whole. */
  position?: number;
  /** The last position of a stretch. */
  through?: number;
  expected: string;
  zh: string;
}

/** The fault in words, in either language, without the number. */
export function describeNumberFault(
  { position, through, expected, zh }: NumberFault,
  lang: 'zh' | 'en' = 'en',
): string {
  const place = position === undefined ? undefined : through === undefined ? `${position}` : `${position}-${through}`;
  if (lang === 'zh') return place === undefined ? zh : `第${place}位：${zh}`;
  return place === undefined ? `expected ${expected}` : `position ${place}: expected ${expected}`;
}

/** Each character that the alphabet does not hold. */
export function strangeCharacters(
  text: string,
  from: number,
  through: number,
  allowed: RegExp,
  expected: string,
  zh: string,
): NumberFault[] {
  const faults: NumberFault[] = [];
  for (let position = from; position <= through; position++) {
    if (!allowed.test(text[position - 1]!)) faults.push({ position, expected, zh });
  }
  return faults;
}
