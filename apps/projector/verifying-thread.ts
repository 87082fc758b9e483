import { parentPort, workerData } from 'node:worker_threads';
import { openStoreReader } from '../../libs/ledger';
import { loadPoliciesOrThrow } from '../../libs/policy';
import { NothingToVerify, verify } from '../../libs/read-model';

export interface Verifying {
  store: string;
  readModel: string;
  policies: string;
  sample: number;
}

/** What was found; undefined where there is nothing to verify yet. */
export interface Found {
  sound: boolean;
  events: { log: number; projected: number };
  checked: number;
  differences: { person: string; what: string }[];
}

/** A thread of its own, because counting the whole log would keep the projector from renewing its lease. */
async function main({ store, readModel, policies, sample }: Verifying): Promise<Found | undefined> {
  const reader = openStoreReader(store);
  try {
    const verified = await verify({ store: reader, policies: loadPoliciesOrThrow(policies), readModel, sample });
    const { sound, events, checked, differences } = verified;
    return { sound, events, checked, differences: differences.map(({ person, what }) => ({ person, what })) };
  } catch (error) {
    if (error instanceof NothingToVerify) return undefined;
    throw error;
  } finally {
    await reader.close();
  }
}

main(workerData as Verifying).then(
  (found) => parentPort!.postMessage(found),
  (error: unknown) =>
    setImmediate(() => {
      // Told as the thread's own error.
      throw error;
    }),
);
