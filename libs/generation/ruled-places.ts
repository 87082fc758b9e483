import type { Policies } from '../policy/evaluation';

/** The regions with a pack of their own that no other pack's region lies below, in the order of their codes. */
export function placesRuled({ packs }: Policies): string[] {
  const ruled = [...new Set(packs.map(({ region }) => region))].filter((region) => /^[1-9]\d{5}$/.test(region));
  const holds = (region: string, other: string) => region !== other && other.startsWith(region.replace(/(?:00)+$/, ''));
  return ruled.filter((region) => !ruled.some((other) => holds(region, other))).sort();
}

/** The rules of each region's newest pack by which a resident's money goes back. */
export function refundBases(policies: Policies, regions: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    regions.flatMap((region): [string, string[]][] => {
      const settings = policies.inForce(region, '9999-12-31')?.settings ?? {};
      const rules = Object.entries(settings).flatMap(([key, setting]) =>
        key.startsWith('refund.resident') && setting.form === 'value' ? [setting.rule] : [],
      );
      return rules.length === 0 ? [] : [[region, [...new Set(rules)].sort()]];
    }),
  );
}
