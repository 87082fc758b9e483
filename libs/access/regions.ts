import type { Principal } from './principal';

/** Whether one region is the other or lies below it: GB/T 2260 writes a province as XX0000 and a city as XXXX00. */
export function covers(region: string, other: string): boolean {
  return other.startsWith(region.replace(/(00){1,2}$/, ''));
}

/** Whether he may see and write for people of a region. */
export function mayReach({ regions }: Principal, region: string): boolean {
  return regions === 'all' || regions.some((own) => covers(own, region));
}

/** Whether he may see somebody of these regions: one of them is enough, because who has moved belongs to both. */
export function mayReachOne(principal: Principal, regions: Iterable<string>): boolean {
  if (principal.regions === 'all') return true;
  for (const region of regions) if (mayReach(principal, region)) return true;
  return false;
}
