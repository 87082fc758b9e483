import { join } from 'node:path';
import { LEARNED_AFTER, benchDisputes, recordCareers } from '../../../libs/disputes/bench';
import type { BenchRow } from '../../../libs/event-store/bench';
import { openLedger, openStore } from '../../../libs/ledger';
import type { LoadedPolicies } from '../../../libs/policy';
import { startServer } from './load/load';
import type { Shot } from './load/driver';
import { median, rounded } from './measured';

const ROUNDS = 5;
const DAY = '2024-06-15';

/** What a dispute costs: within the program, and through the API, one clerk asking at a time, beside a route that does nothing. */
export async function benchAllDisputes(folder: string, policies: LoadedPolicies): Promise<BenchRow[]> {
  return [...(await benchDisputes(policies)), ...(await benchDisputesOverHttp(join(folder, 'disputes'), policies))];
}

export async function benchDisputesOverHttp(data: string, policies: LoadedPolicies): Promise<BenchRow[]> {
  const store = openStore(data);
  await recordCareers(openLedger({ store, policies, clock: Date.now }), policies);
  await store.close();
  const server = await startServer(data);
  try {
    const rows: BenchRow[] = [];
    let bare = 0;
    for (const { name, count, limit, shot } of questions) {
      const volleys: Awaited<ReturnType<typeof server.fire>>[] = [];
      await server.fire(Math.ceil(count / 5), shot, 1);
      for (let round = 0; round < ROUNDS; round++) volleys.push(await server.fire(count, shot, 1));
      const wrong = volleys.flatMap(({ statuses }) => Object.keys(statuses)).find((status) => Number(status) >= 300);
      if (wrong !== undefined) throw new Error(`${name} was answered with ${wrong}`);
      // The best round: a busy neighbour says nothing of this program. What he takes from a route that does nothing is taken off.
      const p99 = Math.min(...volleys.map((volley) => volley.p99));
      if (limit === undefined) bare = p99;
      const beyond = Math.max(0, p99 - bare);
      const middle = (of: 'p50' | 'p99' | 'cpu') => median(volleys.map((volley) => volley[of]));
      rows.push({
        name: `HTTP: ${name}${limit === undefined ? '' : ', beyond it'}`,
        value: rounded(limit === undefined ? p99 : beyond),
        unit: 'ms p99',
        ...(limit === undefined ? {} : { limit, ok: beyond <= limit }),
        note: `best of ${ROUNDS} rounds of ${count}: ${rounded(p99)} ms; middle p50 ${rounded(middle('p50'))} ms, p99 ${rounded(middle('p99'))} ms; ${Math.round(middle('cpu'))} µs CPU of the server each`,
      });
    }
    return rows;
  } finally {
    await server.stop();
  }
}

const questions: { name: string; count: number; limit?: number; shot: (index: number) => Shot }[] = [
  { name: 'an empty route', count: 500, shot: () => ({ method: 'GET', path: '/v1/empty' }) },
  {
    name: 'an answer at any basis, 600 events',
    count: 500,
    limit: 5,
    shot: (index) => asked('long', 'answer-at', { basis: basisOf(index) }),
  },
  {
    name: 'a difference, 60 events',
    count: 200,
    limit: 20,
    shot: (index) =>
      asked('usual', 'diff', { from: `${basisOf(index)},as=decidedThen`, to: `validOn=${DAY},reading=A-01:B` }),
  },
  {
    name: 'a difference with 32 causes, 60 events',
    count: 100,
    limit: 20,
    shot: () => asked('late', 'diff', { from: `validOn=${DAY},knownAt=${LEARNED_AFTER}`, to: `validOn=${DAY}` }),
  },
  {
    name: 'a difference, 600 events',
    count: 100,
    limit: 20,
    shot: (index) => asked('long', 'diff', { from: `${basisOf(index)},as=decidedThen`, to: `validOn=${DAY}` }),
  },
  {
    name: 'a sealed packet with a difference, 600 events',
    count: 8,
    limit: 1_000,
    shot: (index) => asked('long', 'packet', { basis: basisOf(index), against: `validOn=${DAY}` }),
  },
  {
    name: 'a statement as a page, 600 events',
    count: 8,
    limit: 1_000,
    shot: (index) => asked('long', 'statement', { basis: basisOf(index) }),
  },
];

/** Another basis each time, so that nothing can be remembered from the one before. */
function basisOf(index: number): string {
  const day = String((index % 28) + 1).padStart(2, '0');
  return `validOn=${DAY},knownAt=2024-${String((Math.floor(index / 28) % 4) + 3).padStart(2, '0')}-${day}`;
}

function asked(person: string, path: string, query: Record<string, string>): Shot {
  return { method: 'GET', path: `/v1/persons/${person}/${path}?${new URLSearchParams(query).toString()}` };
}
