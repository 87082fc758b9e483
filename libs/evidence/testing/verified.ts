import { openEmbeddedReader } from '../../event-store';
import { EvidenceFile, eventsOutOfOrder, verifierOf, verifyLog, type LogVerdict } from '..';

/** What the check says of a store's file and an evidence file, both as they stand, in this thread. */
export async function verified(store: string, evidence: string, vkey: string, witness?: string[]): Promise<LogVerdict> {
  const reader = openEmbeddedReader({ file: store, asItStands: true });
  try {
    const file = EvidenceFile.read(evidence);
    try {
      return await verifyLog({
        reader,
        evidence: file,
        verifier: verifierOf(vkey),
        witness,
        outOfOrder: (hashed) => eventsOutOfOrder(store, hashed),
      });
    } finally {
      file.close();
    }
  } finally {
    await reader.close();
  }
}
