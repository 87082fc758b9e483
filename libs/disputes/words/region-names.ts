import { jurisdictionsOf, type Pack } from '../../policy/evaluation';
import type { Speech } from './items';
import type { Language } from './terms';

/** The words of a language, and the names of regions as the packs have them. */
export function speechOf(packs: readonly Pack[], language: Language): Speech {
  return { language, region: regionNames(packs, language) };
}

/** Names with the code; a region without a pack of its own by the code and the one above. */
function regionNames(packs: readonly Pack[], language: Language): (code: string) => string {
  const names = new Map(packs.map(({ region, name }) => [region, name[language]]));
  const [left, right] = language === 'zh' ? ['（', '）'] : [' (', ')'];
  return (code) => {
    const own = names.get(code);
    if (own !== undefined) return `${own}${left}${code}${right}`;
    const above = jurisdictionsOf(code).find((one) => one !== '000000' && names.has(one));
    return above === undefined ? code : `${code}${left}${names.get(above)!}${right}`;
  };
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
