import { jurisdictionsOf } from './jurisdictions';
import type { Pack } from './pack';

/** Names of regions with the code, as the packs have them; of one without a pack the code and the name of the one above. */
export function regionNames(packs: readonly Pack[], language: 'zh' | 'en'): (code: string) => string {
  const names = new Map(packs.map(({ region, name }) => [region, name[language]]));
  const [left, right] = language === 'zh' ? ['（', '）'] : [' (', ')'];
  return (code) => {
    const own = names.get(code);
    if (own !== undefined) return `${own}${left}${code}${right}`;
    const above = jurisdictionsOf(code).find((one) => one !== '000000' && names.has(one));
    return above === undefined ? code : `${code}${left}${names.get(above)!}${right}`;
  };
}
