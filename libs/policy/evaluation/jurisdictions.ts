/** The regions that may rule a region, nearest first: itself, its city (`…00`), its province (`…0000`), the country. */
export function jurisdictionsOf(region: string): readonly string[] {
  let jurisdictions = known.get(region);
  if (!jurisdictions) known.set(region, (jurisdictions = ruling(region)));
  return jurisdictions;
}

/** The country has a few thousand regions, and every answer asks. */
const known = new Map<string, readonly string[]>();

function ruling(region: string): string[] {
  const city = `${region.slice(0, 4)}00`;
  const province = provinceOf(region);
  return [...new Set([region, city, province, '000000'])];
}

/** The province's code, `PP0000`. */
export function provinceOf(region: string): string {
  return `${region.slice(0, 2)}0000`;
}

/** The pooling area (统筹区): the city, or the province where the code names no city. Places within one pool are not transfers (LYG-9). */
export function poolOf(region: string): string {
  return `${region.slice(0, 4)}00`;
}

export function sameProvince(a: string, b: string): boolean {
  return a.slice(0, 2) === b.slice(0, 2);
}
