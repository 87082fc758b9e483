import { existsSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { START, hashOf, type AuditRow } from './audit-row';
import { auditHeadFile } from './audit-trail';

/** What checking a trail found. */
export interface AuditVerdict {
  rows: number;
  /** Number and hash of the last row; noted elsewhere, they show later that nothing before them was changed. */
  head: { seq: number; hash: string };
  /** What is wrong, first things first; none where the trail is whole. */
  faults: string[];
}

const FAULTS_TOLD = 20;

/**
 * Reads a trail through: every row is there, in its place and as it was written, up to the head that was kept beside it and, where
 * one is given, to the one noted elsewhere. Throws where there is no trail.
 */
export function checkAudit(file: string, noted?: { seq: number; hash: string }): AuditVerdict {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const faults: string[] = [];
    const fault = (text: string) => faults.length < FAULTS_TOLD && faults.push(text);
    const wanted = [...(noted ? [{ ...noted, by: 'noted' }] : []), ...keptHead(file, fault)];
    let { seq, hash }: { seq: number; hash: string } = START;
    let rows = 0;
    for (const row of database.prepare<[], AuditRow>('SELECT * FROM audit ORDER BY seq').iterate()) {
      rows += 1;
      if (row.seq !== seq + 1) fault(missing(seq + 1, row.seq - 1));
      else if (row.hash !== hashOf(hash, row))
        fault(`row ${row.seq} is not as it was written, or the one before it is not`);
      for (const head of wanted) {
        if (head.seq === row.seq && head.hash !== row.hash)
          fault(`row ${row.seq} is not the one whose hash was ${head.by}`);
      }
      ({ seq, hash } = row);
    }
    for (const head of wanted) if (head.seq > seq) fault(missing(seq + 1, head.seq));
    return { rows, head: { seq, hash }, faults };
  } finally {
    database.close();
  }
}

function missing(from: number, through: number): string {
  return from === through ? `row ${from} is missing` : `rows ${from} to ${through} are missing`;
}

function keptHead(file: string, fault: (text: string) => unknown): { seq: number; hash: string; by: string }[] {
  const head = auditHeadFile(file);
  if (!existsSync(head)) return [];
  const [, seq, hash] = /^(\d{1,15}) ([0-9a-f]{64})\n$/.exec(readFileSync(head, 'utf8')) ?? [];
  if (seq !== undefined && hash !== undefined) return [{ seq: Number(seq), hash, by: 'kept beside the trail' }];
  fault(`${head} is not as it was written`);
  return [];
}
