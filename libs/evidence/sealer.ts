import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EventReader, StoredEvent, Subscription } from '../event-store';
import { eventText } from './canonical';
import { algorithmOf, originOf, signCheckpoint } from './checkpoint';
import { EvidenceFile, type KeptCheckpoint } from './evidence-file';
import type { HashAlgorithm } from './hashing';
import { signerOf, type Signer } from './note';
import { newSigningKey, signingKeyIn, type SignatureScheme } from './signature-schemes';

/** Where the evidence of a log is, and how it is made. */
export interface EvidencePlace {
  /** The SQLite file. */
  file: string;
  /** The private key in PEM; made where there is none. Better kept where whoever can write the store cannot read it. */
  keyFile: string;
  /** For a new file; an existing one keeps its own. */
  algorithm?: HashAlgorithm;
  /** How a new key signs; an existing one signs as it can. Left out: Ed25519. */
  signature?: SignatureScheme;
  /** The name of the log and its signer, without blanks; for a new file. Left out: made up, so that no two logs share one. */
  name?: string;
}

/** The evidence beside a store in a folder. */
export function evidenceIn(folder: string): { file: string; keyFile: string } {
  return { file: join(folder, 'evidence.sqlite'), keyFile: join(folder, 'evidence-key.pem') };
}

/** The evidence does not fit the store or the key, so that nothing may be signed. */
export class SealingRefused extends Error {
  override readonly name = 'SealingRefused';
}

/** Hashes the events of a log into its evidence and signs checkpoints. Follows the log; no writer waits for it. */
export class Sealer {
  private constructor(
    readonly evidence: EvidenceFile,
    private readonly signer: Signer,
  ) {}

  /** Opens the evidence for adding to it. Throws where the file or the key cannot be used, `SealingRefused` where they do not fit. */
  static open({ file, keyFile, algorithm = 'sm3', signature, name }: EvidencePlace): Sealer {
    mkdirSync(dirname(file), { recursive: true });
    const known = existsSync(file) ? originIn(file) : undefined;
    if (known !== undefined && !existsSync(keyFile)) {
      throw new SealingRefused(
        `there is no key ${keyFile}, and ${file} was signed with one; give that key, or begin new evidence`,
      );
    }
    const pem = keyIn(keyFile, signature);
    const origin = known ?? originOf(name ?? `enrollment-ledger-${randomBytes(6).toString('hex')}`, algorithm);
    const signer = signerOf(signerName(origin), pem);
    const evidence = EvidenceFile.open(file, origin);
    const last = evidence.lastCheckpoint();
    if (last && !signer.verifier.vouchesFor(last.note)) {
      evidence.close();
      throw new SealingRefused(
        `the last checkpoint in ${file} is not signed with the key in ${keyFile}: the key was changed, or the checkpoint; run ledger evidence verify with the published key`,
      );
    }
    return new Sealer(evidence, signer);
  }

  /** The public key as text, for whoever is to check checkpoints and packets. */
  get vkey(): string {
    return this.signer.verifier.vkey;
  }

  /** Hashes what the log holds and the evidence does not yet, and signs a checkpoint where anything is new. Small batches hold nobody up. */
  async catchUp(
    reader: Pick<EventReader, 'readAll' | 'eventAt'>,
    signedAt: string,
    batchSize = BATCH,
  ): Promise<KeptCheckpoint> {
    let { size, position } = this.evidence.head();
    await this.checkLast(reader, position);
    for await (const batch of reader.readAll({ after: position, batchSize })) {
      if (!this.add(size, batch)) ({ size, position } = this.evidence.head());
      else size += batch.length;
    }
    return this.checkpoint(signedAt);
  }

  /** Signs what the evidence holds now; the last checkpoint where nothing is new. */
  checkpoint(signedAt: string): KeptCheckpoint {
    const { size, position } = this.evidence.head();
    const last = this.evidence.lastCheckpoint();
    if (last?.size === size) return last;
    const root = this.evidence.rootAt(size);
    const kept = {
      size,
      note: signCheckpoint({ origin: this.evidence.origin, size, root, position, signedAt }, this.signer),
    };
    this.evidence.keepCheckpoint(kept);
    return kept;
  }

  /**
   * Follows the log off the hot path; signs a checkpoint after `everyEvents` events and, when fewer came, at most `everyMs`
   * after the first of them. `now` gives the instant of a checkpoint. Stop the subscription before `close`.
   */
  follow(
    reader: Pick<EventReader, 'readAll' | 'eventAt' | 'subscribeAll'>,
    { now, everyEvents = 10_000, everyMs = 60_000 }: { now: () => string; everyEvents?: number; everyMs?: number },
  ): Subscription {
    let { size, position } = this.evidence.head();
    let sealed = this.evidence.lastCheckpoint()?.size ?? 0;
    let timer: NodeJS.Timeout | undefined;
    const seal = () => {
      clearTimeout(timer);
      timer = undefined;
      sealed = this.checkpoint(now()).size;
    };
    const checked = this.checkLast(reader, position);
    checked.catch(() => undefined);
    const subscription = reader.subscribeAll({ after: position, batchSize: LIVE_BATCH }, async (batch) => {
      await checked;
      // Another process may have hashed the same events; then only what it left is ours.
      const fresh = batch.filter((event) => event.position > position);
      if (!this.add(size, fresh)) {
        ({ size, position } = this.evidence.head());
        const left = fresh.filter((event) => event.position > position);
        if (!this.add(size, left))
          throw new Error('two processes are hashing one log into one evidence file; stop one of them');
        size += left.length;
      } else size += fresh.length;
      position = batch.at(-1)!.position;
      if (size - sealed >= everyEvents) seal();
      else if (size > sealed) timer ??= setTimeout(seal, everyMs).unref();
    });
    const stop = async () => {
      await subscription.stop();
      if (timer !== undefined) seal();
    };
    const settle = () => clearTimeout(timer);
    subscription.closed.then(settle, settle);
    return {
      state: () => subscription.state(),
      checkpoint: () => subscription.checkpoint(),
      closed: subscription.closed,
      stop,
    };
  }

  /** That the log still holds the last event that was hashed: nothing is signed on top of a log that was put back or changed. */
  private async checkLast(reader: Pick<EventReader, 'eventAt'>, position: bigint): Promise<void> {
    if (position === 0n) return;
    const event = await reader.eventAt(position);
    if (event && this.evidence.hasher.leaf(eventText(event)) === this.evidence.lastLeaf()) return;
    throw new SealingRefused(
      `the event at position ${position} is not the one that was hashed last: the store was put back to an older copy, or changed; nothing was signed, run ledger evidence verify`,
    );
  }

  /** Signs any text, such as the seal of a packet. */
  sign(text: string): string {
    return this.signer.signed(text);
  }

  close(): void {
    this.evidence.close();
  }

  private add(size: number, batch: readonly StoredEvent[]): boolean {
    if (batch.length === 0) return true;
    const { hasher } = this.evidence;
    return this.evidence.append(
      size,
      batch.map((event) => ({ position: event.position, hash: hasher.leaf(eventText(event)) })),
    );
  }
}

const BATCH = 4096;
/** Small, so that a process that also serves is held up for a few milliseconds at most. */
const LIVE_BATCH = 256;

/** The name under which a log's checkpoints are signed: its origin without the algorithm. */
export function signerName(origin: string): string {
  return algorithmOf(origin) === undefined ? origin : origin.slice(0, origin.lastIndexOf('/'));
}

function originIn(file: string): string {
  const evidence = EvidenceFile.read(file);
  const { origin } = evidence;
  evidence.close();
  return origin;
}

function keyIn(file: string, signature: SignatureScheme | undefined): string {
  if (!existsSync(file)) return makeKey(file, signature);
  const pem = readFileSync(file, 'utf8');
  const { name } = signingKeyIn(pem).scheme;
  if (signature !== undefined && signature !== name) {
    throw new Error(`the key in ${file} signs with ${name}, not with ${signature}; give another key file`);
  }
  return pem;
}

/** Makes a new private key in a file that is not there yet, readable by its owner alone; gives it. */
export function makeKey(file: string, signature?: SignatureScheme): string {
  mkdirSync(dirname(file), { recursive: true });
  const pem = newSigningKey(signature);
  writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  return pem;
}
