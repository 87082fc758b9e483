import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput } from '../terminal';

/** One database of a backup. */
export interface BackedUpFile {
  name: string;
  bytes: number;
  sha256: string;
}

/** What a backup says of itself: `manifest.json` beside its databases. */
export interface Manifest {
  format: 'enrollment-ledger-backup/1';
  madeAt: string;
  /** The name of the store's file among `files`. */
  store: string;
  events: number;
  streams: number;
  /** Over every event in the order of the log. */
  logSha256: string;
  /** The public key of the evidence, where the backup holds evidence and its key was there. */
  evidenceKey?: string;
  files: BackedUpFile[];
}

export const MANIFEST = 'manifest.json';

/** A file beside a trail that says with which row it ends; no database. */
export const HEAD = /^[a-z-]+\.head$/;

/** Reads the manifest of a backup's folder; a manifest that is none is bad input. */
export function readManifest(folder: string): Manifest {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
  } catch (error) {
    throw new BadInput(`${folder} is no backup: ${MANIFEST} cannot be read (${(error as Error).message})`);
  }
  const { format, store, files } = read as Partial<Manifest>;
  const named = Array.isArray(files) && files.every(({ name }) => typeof name === 'string' && isPlainName(name));
  if (format !== 'enrollment-ledger-backup/1' || !named || !files.some(({ name }) => name === store)) {
    throw new BadInput(
      `${folder} is no backup of this ledger: ${MANIFEST} is not in the form enrollment-ledger-backup/1`,
    );
  }
  return read as Manifest;
}

export function writeManifest(folder: string, manifest: Manifest): void {
  const file = join(folder, MANIFEST);
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  flush(file);
}

/** The SHA-256 of a file, in hex. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function flush(path: string): void {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

const SQLITE = Buffer.from('SQLite format 3\0');

/** Whether a file is a database of SQLite, by its first bytes. */
export function isSqlite(file: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const first = Buffer.alloc(SQLITE.length);
    return readSync(handle, first, 0, first.length, 0) === first.length && first.equals(SQLITE);
  } finally {
    closeSync(handle);
  }
}

function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/.test(name) && name !== MANIFEST;
}
