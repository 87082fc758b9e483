import type { EventReader } from '../event-store';
import { verifiedCheckpoint, type Checkpoint } from './checkpoint';
import type { EvidenceFile, Leaf } from './evidence-file';
import { compareInThreads, type LogPlace } from './compare-in-threads';
import { TOLD, compareLog, type Compared, type Difference } from './compare-log';
import type { Hash } from './hashing';
import type { Verifier } from './note';
import type { HiddenEvent } from './out-of-order';
import { GrowingTree } from './tree';

/** Something that the log, its evidence and its checkpoints do not agree on. */
export interface Finding {
  kind:
    | 'altered'
    | 'missing'
    | 'added'
    | 'hidden'
    | 'rewrittenEvidence'
    | 'badCheckpoint'
    | 'damagedTile'
    | 'rolledBack'
    | 'forked';
  /** Where in the log; of a stretch its first position. */
  position?: bigint;
  through?: bigint;
  /** The event that stands there now. */
  event?: { stream: string; revision: number; id: string };
  en: string;
  zh: string;
}

export interface LogVerdict {
  /** No finding. */
  intact: boolean;
  /** Events of the log. */
  events: number;
  /** Events under the last good checkpoint, and its instant. */
  sealed: number;
  sealedAt?: string;
  /** Events that no checkpoint covers yet: what was done to them cannot be told. */
  unsealed: number;
  checkpoints: number;
  witnessed: number;
  counts: { altered: number; missing: number; added: number };
  /** The first ones, in the order of the log; `counts` has all. */
  findings: Finding[];
}

/**
 * Checks the whole log against its evidence, the evidence against its signed checkpoints, and both against checkpoints that a
 * witness keeps elsewhere. Names the first altered, missing or added event. One pass, in constant memory.
 */
export async function verifyLog({
  reader,
  evidence,
  verifier,
  witness = [],
  outOfOrder = () => [],
  threads,
}: {
  reader: Pick<EventReader, 'readAll'>;
  evidence: EvidenceFile;
  verifier: Verifier;
  /** Notes of checkpoints, as the witness kept them. */
  witness?: readonly string[];
  /** Events that stand outside the order of the log, whose last hashed event is at `hashed`. */
  outOfOrder?: (hashed: bigint) => readonly HiddenEvent[];
  /** Where so many threads read the log for themselves, in place of `reader`. */
  threads?: { log: LogPlace; count: number };
}): Promise<LogVerdict> {
  const report = new Report();
  const due = dueRoots(evidence, verifier, witness, report);
  const comparing = threads ? comparedInThreads(reader, evidence, threads) : compareLog(reader, evidence);
  // A thread's failure is reported below, where it is waited for.
  comparing.catch(() => undefined);
  const sealed = await checkRoots(evidence, due, report);
  const { events, last, counts, differences } = await comparing;
  report.differences(differences, last);
  for (const { position, ...event } of outOfOrder(evidence.head().position)) report.hidden(position, event);
  const findings = report.findings();
  return {
    intact: findings.length === 0,
    events,
    sealed: sealed?.size ?? 0,
    ...(sealed ? { sealedAt: sealed.signedAt } : {}),
    unsealed: Math.max(0, events - (sealed?.size ?? 0)),
    checkpoints: due.filter(({ by }) => by === 'log').length,
    witnessed: due.filter(({ by }) => by === 'witness').length,
    counts,
    findings,
  };
}

/**
 * In threads; where there are none to be had, or a server does not let a stretch begin where the evidence says that an event
 * stands, from the beginning in this one: the event that stood there may be what is missing.
 */
async function comparedInThreads(
  reader: Pick<EventReader, 'readAll'>,
  evidence: EvidenceFile,
  threads: { log: LogPlace; count: number },
): Promise<Compared> {
  try {
    return await compareInThreads(evidence, threads);
  } catch {
    return compareLog(reader, evidence);
  }
}

/** Compares the tree over the evidence with every root that is vouched for; gives the last checkpoint of the log that agrees. */
async function checkRoots(
  evidence: EvidenceFile,
  due: readonly DueRoot[],
  report: Report,
): Promise<Checkpoint | undefined> {
  const roots = new RootCheck(due, evidence, report);
  let added = 0;
  for (const tile of evidence.leaves()) {
    for (const leaf of tile) roots.add(leaf);
    added += tile.length;
    if (added % TURN === 0) await new Promise(setImmediate);
  }
  roots.end();
  return roots.sealed;
}

const TURN = 8192;

interface DueRoot {
  by: 'log' | 'witness';
  checkpoint: Checkpoint;
}

/** The roots that checkpoints vouch for, by size. One that nobody vouches for is a finding. */
function dueRoots(evidence: EvidenceFile, verifier: Verifier, witness: readonly string[], report: Report): DueRoot[] {
  const due: DueRoot[] = [];
  const read = (by: DueRoot['by'], note: string, size?: number) => {
    const checkpoint = verifiedCheckpoint(note, verifier);
    if (!checkpoint || checkpoint.origin !== evidence.origin || (size !== undefined && size !== checkpoint.size)) {
      report.badCheckpoint(by, size, verifier.name);
    } else due.push({ by, checkpoint });
  };
  for (const { size, note } of evidence.checkpoints()) read('log', note, size);
  for (const note of witness) read('witness', note);
  return due.sort((a, b) => a.checkpoint.size - b.checkpoint.size);
}

/** Compares the tree over the evidence with every root that is vouched for, as the tree reaches its size. */
class RootCheck {
  sealed: Checkpoint | undefined;
  private readonly tree: GrowingTree;
  private next = 0;
  private position = 0n;
  private firstSince: bigint | undefined;

  constructor(
    private readonly due: readonly DueRoot[],
    private readonly evidence: EvidenceFile,
    private readonly report: Report,
  ) {
    this.tree = new GrowingTree(evidence.hasher, (level, index, hash) => this.checkTile(level, index, hash));
    this.check();
  }

  add({ position, hash }: Leaf): void {
    this.tree.add(hash);
    this.position = position;
    this.firstSince ??= position;
    if (this.due[this.next]?.checkpoint.size === this.tree.size) this.check();
  }

  end(): void {
    for (const { by, checkpoint } of this.due.slice(this.next)) this.report.rolledBack(by, checkpoint, this.tree.size);
  }

  private check(): void {
    let agreed = false;
    for (let one = this.due[this.next]; one?.checkpoint.size === this.tree.size; one = this.due[++this.next]) {
      const { by, checkpoint } = one;
      if (checkpoint.root === this.tree.root()) {
        agreed = true;
        if (by === 'log') this.sealed = checkpoint;
      } else this.report.wrongRoot(by, checkpoint, this.firstSince ?? 0n, this.position);
    }
    if (agreed) this.firstSince = undefined;
  }

  private checkTile(level: number, index: number, hash: Hash): void {
    const kept = this.evidence.keptSubtree(level, index);
    if (kept !== hash) this.report.damagedTile(level, index);
  }
}

class Report {
  private readonly events: Finding[] = [];
  private readonly others: Finding[] = [];

  /** What differs between log and evidence comes first, in the order of the log. */
  findings(): Finding[] {
    return [...this.events, ...this.others];
  }

  differences(differences: readonly Difference[], last: bigint): void {
    for (const { kind, position, event } of differences) {
      const words = kind === 'missing' && position > last ? CUT : WORDS[kind];
      const [zh, en] = words(position);
      this.events.push({ kind, position, ...(event ? { event } : {}), en, zh });
    }
  }

  hidden(position: bigint, event: NonNullable<Finding['event']>): void {
    this.events.push({
      kind: 'hidden',
      position,
      event,
      en: `the event at position ${position} stands outside the order of the log: it counts in ${event.stream} and was never hashed`,
      zh: `位置 ${position} 的事件不在日志顺序之内：它在 ${event.stream} 中生效，却从未入链`,
    });
  }

  badCheckpoint(by: DueRoot['by'], size: number | undefined, name: string): void {
    const which = by === 'witness' ? 'a checkpoint of the witness' : `the checkpoint of ${size} events`;
    const chinese = by === 'witness' ? '见证文件中的一个检查点' : `第 ${size} 个事件处的检查点`;
    this.tell({
      kind: 'badCheckpoint',
      en: `${which} is not signed by ${name} for this log: it was altered or forged, or the public key is another’s`,
      zh: `${chinese}没有 ${name} 对本日志的有效签名：检查点被改或系伪造，或公钥不对`,
    });
  }

  wrongRoot(by: DueRoot['by'], { size, signedAt }: Checkpoint, from: bigint, through: bigint): void {
    const kind = by === 'witness' ? 'forked' : 'rewrittenEvidence';
    this.tell({
      kind,
      position: from,
      through,
      en: `the hashes of the first ${size} events do not give the root signed at ${signedAt}${by === 'witness' ? ' and kept by the witness' : ''}: events at positions ${from} to ${through} were changed and hashed anew`,
      zh: `前 ${size} 个事件的散列算不出 ${signedAt} 签名的根${by === 'witness' ? '（见证保存）' : ''}：位置 ${from} 至 ${through} 之间的事件被改动并重新散列`,
    });
  }

  damagedTile(level: number, index: number): void {
    this.tell({
      kind: 'damagedTile',
      en: `the evidence file keeps a wrong hash above the events (level ${level}, ${index}); proofs made from it would fail`,
      zh: `存证文件中间层散列有误（第 ${level} 层第 ${index} 个），据此出具的证明无效`,
    });
  }

  rolledBack(by: DueRoot['by'], { size, signedAt }: Checkpoint, there: number): void {
    this.tell({
      kind: 'rolledBack',
      en: `${by === 'witness' ? 'the witness keeps' : 'there is'} a checkpoint of ${size} events signed at ${signedAt}, and only ${there} are hashed here: store and evidence were put back to an older copy`,
      zh: `${by === 'witness' ? '见证保存有' : '存有'} ${signedAt} 签名的 ${size} 个事件的检查点，而此处只有 ${there} 个：存储与存证被换回旧副本`,
    });
  }

  private tell(finding: Finding): void {
    if (this.others.length < TOLD) this.others.push(finding);
  }
}

type Words = (position: bigint) => [zh: string, en: string];

const WORDS: Readonly<Record<Difference['kind'], Words>> = {
  altered: (position) => [
    `位置 ${position} 的事件与入链时不同：内容被改，或被换成了别的事件`,
    `the event at position ${position} is not the one that was hashed: it was altered, or another was put in its place`,
  ],
  missing: (position) => [`位置 ${position} 的事件缺失`, `the event that stood at position ${position} is missing`],
  added: (position) => [
    `位置 ${position} 的事件是后来插入的：其后的事件已入链，它没有`,
    `the event at position ${position} was put in later: events after it were hashed, and it was not`,
  ],
};

const CUT: Words = (position) => [
  `日志在位置 ${position} 之前就结束，而该处事件曾入链：存储被截断，或被换回旧副本`,
  `the log ends before position ${position}, which was hashed: the store was cut off, or put back to an older copy`,
];
