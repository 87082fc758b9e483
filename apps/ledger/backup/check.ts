import Database from 'better-sqlite3';
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { auditFile, checkAudit, checkKeys, keyFile } from '../../../libs/access';
import { contentsOfStore, damageIn, openEmbeddedReader, type StoreContents } from '../../../libs/event-store';
import {
  EvidenceFile,
  eventsOutOfOrder,
  evidenceIn,
  verifierOf,
  verifyLog,
  type LogVerdict,
} from '../../../libs/evidence';
import { parsePlace } from '../../../libs/feeds';
import { WEBHOOKS_FILE } from '../../../libs/feeds/webhooks';
import { UnreadableEvent, fromStored, parseStream } from '../../../events';
import { BadInput, type Language } from '../terminal';
import { HEAD, readManifest, sha256Of, type Manifest } from './manifest';
import { backupWords } from './words';

/** What a check found. */
export interface Checked {
  /** What keeps it from being restored; nothing where the backup is whole. */
  damage: string[];
  /** Events that this program cannot read; the persons would be parked. */
  unreadable: string[];
  contents?: StoreContents;
  evidence?: 'unchecked' | Pick<LogVerdict, 'intact' | 'sealed' | 'unsealed' | 'findings'>;
  files: { name: string; path: string }[];
}

const TOLD = 20;
const STORE = 'events.sqlite';

/** Checks a backup's folder, or a lone copy of a store's file, and writes nothing. */
export async function checkBackup(backup: string, { key, lang }: { key?: string; lang: Language }): Promise<Checked> {
  const words = backupWords[lang];
  const lone = statSync(backup).isFile();
  const manifest = lone ? undefined : readManifest(backup);
  const files = manifest
    ? manifest.files.map(({ name }) => ({ name, path: join(backup, name) }))
    : [{ name: STORE, path: backup }];
  const checked: Checked = { damage: [], unreadable: [], files };
  for (const { name, path } of files) checked.damage.push(...(await faultsOfFile(name, path, manifest, lang)));
  if (checked.damage.length > 0) return checked;

  const store = files.find(({ name }) => name === (manifest?.store ?? STORE))!;
  const contents = contentsOrBadInput(store.path);
  checked.contents = contents;
  checked.damage.push(...contents.faults.map((fault) => words.damaged(store.name, fault)));
  if (manifest && manifest.logSha256 !== contents.sha256) checked.damage.push(words.otherLog);
  for (const { name, path } of files.filter((file) => /^read-model\b/.test(file.name))) {
    const position = projectedThrough(path);
    if (position > contents.events) checked.damage.push(words.readModelAhead(name, position, contents.events));
  }
  for (const { name, path } of files.filter((file) => file.name === WEBHOOKS_FILE)) {
    const position = webhooksThrough(path);
    if (position > contents.events) checked.damage.push(words.webhooksAhead(name, String(position), contents.events));
  }
  const keys = files.find(({ name }) => name === basename(keyFile('')));
  if (keys) checked.damage.push(...checkKeys(keys.path).map((fault) => words.damaged(keys.name, fault)));
  const audit = files.find(({ name }) => name === basename(auditFile('')));
  if (audit) checked.damage.push(...checkAudit(audit.path).faults.map((fault) => words.damaged(audit.name, fault)));
  // A log with a gap is not read at all.
  if (contents.faults.length > 0) return checked;
  const { unreadable, erased } = await readThrough(store.path);
  checked.unreadable.push(...unreadable);
  for (const { name, path } of files.filter((file) => /^vault\b/.test(file.name))) {
    for (const person of notErasedIn(path, erased)) checked.damage.push(words.notErased(name, person));
  }
  await checkEvidence(store.path, manifest && evidenceIn(backup).file, key ?? manifest?.evidenceKey, checked, lang);
  return checked;
}

async function faultsOfFile(
  name: string,
  path: string,
  manifest: Manifest | undefined,
  lang: Language,
): Promise<string[]> {
  const words = backupWords[lang];
  if (!existsSync(path)) return [words.missing(name)];
  const expected = manifest?.files.find((file) => file.name === name);
  if (expected && (await sha256Of(path)) !== expected.sha256) return [words.changed(name)];
  const damage = HEAD.test(name) ? [] : damageIn(path);
  return damage.length > 0 ? [words.damaged(name, damage.join('; '))] : [];
}

function contentsOrBadInput(file: string): StoreContents {
  try {
    return contentsOfStore(file);
  } catch (error) {
    throw new BadInput(`restore: ${(error as Error).message}`);
  }
}

/** The events that this program cannot read, and the persons whose erasure the log tells of. */
async function readThrough(store: string): Promise<{ unreadable: string[]; erased: Set<string> }> {
  const unreadable: string[] = [];
  const erased = new Set<string>();
  const reader = openEmbeddedReader({ file: store });
  try {
    for await (const batch of reader.readAll({ batchSize: 4096 })) {
      for (const event of batch) {
        try {
          if (fromStored(event).type === 'IdentityErased') erased.add(parseStream(event.stream)!.id);
        } catch (error) {
          if (!(error instanceof UnreadableEvent)) throw error;
          if (unreadable.length < TOLD) unreadable.push(error.message);
        }
      }
    }
  } finally {
    await reader.close();
  }
  return { unreadable, erased };
}

/** Persons whom the log calls erased and the copy of the vault does not: restored, they could be read again. */
function notErasedIn(file: string, erased: ReadonlySet<string>): string[] {
  if (erased.size === 0) return [];
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const there = hasTable(database, 'vault_erasure');
    const find = there ? database.prepare('SELECT 1 FROM vault_erasure WHERE person = ?').pluck() : undefined;
    return [...erased].filter((person) => find?.get(person) === undefined).slice(0, TOLD);
  } finally {
    database.close();
  }
}

/** The position that the webhooks of a copy have come to; those apart that are known to stand beyond the log. */
function webhooksThrough(file: string): bigint {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    if (!hasTable(database, 'webhook')) return 0n;
    const places = database
      .prepare<[], string>("SELECT place FROM webhook WHERE reason IS NOT 'beyondLog'")
      .pluck()
      .all();
    return places.reduce((furthest, place) => {
      const position = parsePlace(place)?.position ?? 0n;
      return position > furthest ? position : furthest;
    }, 0n);
  } finally {
    database.close();
  }
}

function hasTable(database: Database.Database, name: string): boolean {
  return database.prepare('SELECT count(*) FROM sqlite_schema WHERE name = ?').pluck().get(name) === 1;
}

/** The position that a copy of the read model has come to; 0 where it holds none. */
function projectedThrough(file: string): number {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    if (!hasTable(database, 'checkpoint')) return 0;
    return (database.prepare('SELECT max(position) FROM checkpoint').pluck().get() as number | null) ?? 0;
  } finally {
    database.close();
  }
}

async function checkEvidence(
  store: string,
  file: string | undefined,
  key: string | undefined,
  checked: Checked,
  lang: Language,
): Promise<void> {
  if (file === undefined || !existsSync(file)) return;
  if (key === undefined) {
    checked.evidence = 'unchecked';
    return;
  }
  const reader = openEmbeddedReader({ file: store });
  const evidence = EvidenceFile.read(file);
  try {
    const { intact, sealed, unsealed, findings } = await verifyLog({
      reader,
      evidence,
      verifier: verifierIn(key),
      outOfOrder: (last) => eventsOutOfOrder(store, last),
    });
    checked.evidence = { intact, sealed, unsealed, findings };
    checked.damage.push(...findings.slice(0, TOLD).map((finding) => finding[lang]));
  } finally {
    evidence.close();
    await reader.close();
  }
}

function verifierIn(key: string) {
  try {
    return verifierOf(key);
  } catch (error) {
    throw new BadInput(`--key: ${(error as Error).message}`);
  }
}
