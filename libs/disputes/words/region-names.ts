import { regionNames, type Pack } from '../../policy/evaluation';
import type { Speech } from './items';
import type { Language } from './terms';

/** The words of a language, and the names of regions as the packs have them. */
export function speechOf(packs: readonly Pack[], language: Language): Speech {
  return { language, region: regionNames(packs, language) };
}

/** A sentence of an answer, which tells regions by their codes, with their names. */
export function withRegionNames(sentence: string, { language, region }: Speech): string {
  return sentence.replace(CODE, (found: string, code: string) => {
    const name = region(code);
    return name !== code && language === 'zh' ? name : found.replace(code, name);
  });
}

/** Six digits that are no part of an amount, a sum, a day or an id; and the blanks about them, which Chinese names need not. */
const CODE = /(?<![\w.,:@-]|[=×+] ?) ?([1-9]\d{5}) ?(?![\w:@-]|[.,]\d| ?[=×+元分])/g;
