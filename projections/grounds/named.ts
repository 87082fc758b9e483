import { jurisdictionsOf } from '../../libs/policy/evaluation';
import type { Fact, History } from '../history';

/**
 * Everyone whose ids a history names as merged and not taken apart again, in the word recorded last. Of the joined history of one
 * person these are all his ids; of a single stream only those it names itself, see `onePerson`.
 */
export function mergedPeople(history: History): string[] {
  const merged = new Map<string, boolean>();
  const byRecording = [...history.facts].sort((a, b) => compare(a.recordedAt, b.recordedAt) || compare(a.id, b.id));
  for (const fact of byRecording) {
    if (fact.type === 'Merged' || fact.type === 'Unmerged') merged.set(fact.data.otherPersonId, fact.type === 'Merged');
  }
  return [...merged].flatMap(([person, joined]) => (joined ? [person] : []));
}

/** Every region whose stream may matter: those the facts name and the one asked about, with the regions above them. */
export function regionsOf(facts: readonly { data: object }[], asked: string): string[] {
  const named = new Set<string>([asked]);
  for (const { data } of facts) gatherRegions(data, named);
  return [...new Set([...named].flatMap(jurisdictionsOf))].filter((code) => code !== NATIONAL);
}

/** Every employer the facts name. */
export function employersOf(facts: readonly { data: object }[]): string[] {
  const employers = new Set<string>();
  for (const { data } of facts) {
    const { employerId } = data as { employerId?: string };
    if (employerId !== undefined) employers.add(employerId);
  }
  return [...employers];
}

/** The region of the relation that the facts last speak of by the day, else of the first one after it. */
export function homeRegion(facts: readonly Fact[], on: number): string | undefined {
  let home: string | undefined;
  for (const fact of facts) {
    const region = relationRegion(fact);
    if (region === undefined) continue;
    if (fact.day > on && home !== undefined) break;
    home = region;
  }
  return home;
}

/** The regions of `homeRegion` in the order of their days: each from its day until the next, the first also before it. */
export function homeRegions(facts: readonly Fact[]): { region: string; from: number }[] {
  const homes: { region: string; from: number }[] = [];
  for (const fact of facts) {
    const region = relationRegion(fact);
    if (region === undefined || region === homes.at(-1)?.region) continue;
    if (homes.at(-1)?.from === fact.day) homes.pop();
    if (region !== homes.at(-1)?.region) homes.push({ region, from: fact.day });
  }
  return homes;
}

/** The country has no stream of its own. */
const NATIONAL = '000000';

function relationRegion(fact: Fact): string | undefined {
  switch (fact.type) {
    case 'Registered':
    case 'Paid':
    case 'Retired':
    case 'Assessed':
    case 'BackPaymentRequested':
    case 'YearsRecognised':
    case 'AidGranted':
    case 'StudentEnrolled':
      return fact.data.region;
    case 'Transferred':
      return fact.data.toRegion;
    default:
      return undefined;
  }
}

interface Regional {
  region?: unknown;
  fromRegion?: unknown;
  toRegion?: unknown;
  household?: unknown;
  residencePermit?: unknown;
  habitualResidence?: unknown;
  relations?: readonly Regional[];
}

function gatherRegions(data: object, named: Set<string>): void {
  const { region, fromRegion, toRegion, household, residencePermit, habitualResidence, relations } = data as Regional;
  if (typeof region === 'string') named.add(region);
  if (typeof fromRegion === 'string') named.add(fromRegion);
  if (typeof toRegion === 'string') named.add(toRegion);
  if (typeof household === 'string') named.add(household);
  if (typeof residencePermit === 'string') named.add(residencePermit);
  if (typeof habitualResidence === 'string') named.add(habitualResidence);
  if (relations !== undefined) for (const relation of relations) gatherRegions(relation, named);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
