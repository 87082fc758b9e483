import { jurisdictionsOf, type Pack } from '../../policy/evaluation';
import type { Language } from '../words';

/** Names of regions as the packs have them, with the code; a region without a pack of its own by the code and the one above. */
export function regionNames(packs: readonly Pack[], language: Language): (code: string) => string {
  const names = new Map(packs.map(({ region, name }) => [region, name[language]]));
  const [left, right] = language === 'zh' ? ['（', '）'] : [' (', ')'];
  return (code) => {
    const own = names.get(code);
    if (own !== undefined) return `${own}${left}${code}${right}`;
    const above = jurisdictionsOf(code).find((one) => one !== '000000' && names.has(one));
    return above === undefined ? code : `${code}${left}${names.get(above)!}${right}`;
  };
}
