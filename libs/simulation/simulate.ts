import type { Day } from '../calendar';
import type { EventReader } from '../event-store';
import { RegionNeeded, openLedger, type Ledger } from '../ledger';
import type { LoadedPolicies, Policies } from '../policy';
import { UnreadableEvent, parseStream } from '../../events';
import { rowsOf, type RowGrounds } from '../../projections/rows';
import { differencesBetween, type PackDifference } from './differences';
import { agree, counted, figuresOn, type Counted, type Figures } from './figures';

export interface Simulation {
  store: EventReader;
  before: LoadedPolicies;
  after: LoadedPolicies;
  on: Day;
  /** Only people of this region and those below it. */
  region?: string;
  /** Told every thousand persons. */
  onProgress?: (persons: number) => void;
}

/** A person whose figures the other pack would change. */
export interface Affected {
  person: string;
  region: string;
  before: Figures;
  after: Figures;
  /** Keys that change his figures by themselves; where only several together do, all of those that differ. */
  causes: string[];
}

/** Who gains and who loses by a cause, and how much altogether. A person with two causes stands in both. */
export interface CauseSummary {
  cause: string;
  pack: string;
  rules: string[];
  gaining: number;
  losing: number;
  /** Gaining in one thing and losing in another. */
  mixed: number;
  change: Record<Counted, number>;
}

export interface SimulationResult {
  on: Day;
  persons: number;
  /** People whose events cannot be read. */
  parked: number;
  /** Everything that differs between the packs, whether or not anybody is affected. */
  differences: Omit<PackDifference, 'alone'>[];
  causes: CauseSummary[];
  affected: Affected[];
}

/** Evaluates everybody under the packs as they are and as they would be. Writes nothing. */
export async function simulate({
  store,
  before,
  after,
  on,
  region,
  onProgress,
}: Simulation): Promise<SimulationResult> {
  const ledger = openLedger({ store, policies: before, clock: () => 0 });
  const differences = differencesBetween(before, after);
  const prefix = region?.replace(/(00)+$/, '') ?? '';
  const affected: Affected[] = [];
  const people = await everybody(store, ledger);
  let persons = 0;
  let parked = 0;
  for (const person of people.ids) {
    try {
      // A record that was joined with another's counts there.
      if (people.joined.has(person)) continue;
      const grounds = await ledger.groundsOf({ person, validOn: LAST_DAY, knownAt: LAST_DAY });
      if (!grounds || !grounds.question.region.startsWith(prefix)) continue;
      const { person: history, regions, employers = new Map() } = grounds;
      const { region: place } = grounds.question;
      const common = { person, region: place, history, regions, employers, codes: [] };
      const figures = (policies: Policies) => figuresUnder(common, policies, on);
      const [was, would] = [figures(before), figures(after)];
      if (!agree(was, would)) {
        affected.push({
          person,
          region: place,
          before: was,
          after: would,
          causes: causesOf(differences, was, figures),
        });
      }
      persons += 1;
      if (persons % 1000 === 0) onProgress?.(persons);
    } catch (error) {
      if (error instanceof UnreadableEvent) parked += 1;
      else if (!(error instanceof RegionNeeded)) throw error;
    }
  }
  const told = differences.map(({ alone: _, ...difference }) => difference);
  return { on, persons, parked, differences: told, causes: summaryOf(affected, differences), affected };
}

/** More of everything is a gain, and less waiting; a status says nothing by itself. */
export function changeOf({ before, after }: Affected): 'gains' | 'loses' | 'mixed' {
  let [better, worse] = [false, false];
  for (const figure of counted) {
    const change = (after[figure] - before[figure]) * (figure === 'waitingDays' ? -1 : 1);
    if (change > 0) better = true;
    if (change < 0) worse = true;
  }
  return better && !worse ? 'gains' : worse && !better ? 'loses' : 'mixed';
}

/** After every day that a fact can name. */
const LAST_DAY = '9999-12-31';

function figuresUnder(common: Omit<RowGrounds, 'policies'>, policies: Policies, on: Day): Figures {
  return figuresOn(rowsOf({ ...common, policies }), on);
}

function causesOf(
  differences: readonly PackDifference[],
  was: Figures,
  figures: (policies: Policies) => Figures,
): string[] {
  const alone = differences.filter((difference) => !agree(was, figures(difference.alone)));
  return (alone.length > 0 ? alone : differences).map(({ key }) => key);
}

function summaryOf(affected: readonly Affected[], differences: readonly PackDifference[]): CauseSummary[] {
  return differences.flatMap(({ key, pack, rules }): CauseSummary[] => {
    const by = affected.filter(({ causes }) => causes.includes(key));
    if (by.length === 0) return [];
    const of = (change: ReturnType<typeof changeOf>) => by.filter((one) => changeOf(one) === change).length;
    const sum = (figure: Counted) => by.reduce((total, { before, after }) => total + after[figure] - before[figure], 0);
    const change = Object.fromEntries(counted.map((figure) => [figure, sum(figure)])) as Record<Counted, number>;
    return [{ cause: key, pack, rules, gaining: of('gains'), losing: of('loses'), mixed: of('mixed'), change }];
  });
}

/** Everyone of whom the log holds an event, and whose records were joined with another's. */
async function everybody(store: EventReader, ledger: Ledger): Promise<{ ids: string[]; joined: Set<string> }> {
  const ids = new Set<string>();
  const joining = new Set<string>();
  for await (const batch of store.readAll({ filter: { streamPrefixes: ['person-'] }, batchSize: 5_000 })) {
    for (const { stream, type } of batch) {
      const parts = parseStream(stream);
      if (parts?.kind !== 'person') continue;
      ids.add(parts.id);
      if (type === 'Merged') joining.add(parts.id);
    }
  }
  const joined = new Set<string>();
  for (const person of joining) {
    const { persons } = await ledger.onePerson(person, LAST_DAY);
    for (const other of persons.slice(1)) joined.add(other);
  }
  return { ids: [...ids].sort(), joined };
}
