import type { Command } from 'commander';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { contentsOfStore, copyDatabase, damageIn } from '../../../libs/event-store';
import { EvidenceFile, evidenceIn, signerName, signerOf } from '../../../libs/evidence';
import { instantOf, isServerAddress, storeFile } from '../../../libs/ledger';
import { dataFolder } from '../installation';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import { draftedFolder } from './draft-folder';
import { HEAD, isSqlite, sha256Of, writeManifest, type BackedUpFile, type Manifest } from './manifest';
import { backupWords } from './words';

interface Options extends OutputOptions {
  store?: string;
  to: string;
  withoutReadModel?: boolean;
  quiet?: boolean;
}

/** What can be made again from the log. */
const READ_MODEL = /^read-model\b/;
/** Whoever is recorded must be found in the vault, so the vault is copied after the log. */
const AFTER_THE_LOG = /^vault\b/;

/** `ledger backup`: copies what a data folder holds, while the server runs. */
export function addBackup(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'backup',
    'copy the store and the databases beside it into a new folder, while the server runs, and check the copy',
    (command) =>
      command
        .requiredOption('--to <folder>', 'the backup; a folder that is not there yet')
        .option('--store <folder>', 'the ledger’s data folder, or its store’s file alone')
        .option('--without-read-model', 'leave the read model out; it can be rebuilt from the log')
        .option('-q, --quiet', 'no progress'),
    (_, options) => runBackup(options, terminal),
  );
}

async function runBackup(options: Options, terminal: Terminal): Promise<Status> {
  try {
    const manifest = await backedUp(options, terminal);
    terminal.out(
      options.json
        ? printedJson({ to: options.to, ...manifest })
        : backupWords[options.lang].done(options.to, manifest),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    terminal.err(`ledger: ${error.message}\n`);
    return 1;
  }
}

/** What is to be backed up is not whole; no backup is made. */
class Damaged extends Error {}

async function backedUp(options: Options, terminal: Terminal): Promise<Manifest> {
  const words = backupWords[options.lang];
  const location = dataFolder(options.store);
  if (isServerAddress(location)) {
    throw new BadInput(
      '--store: expected the folder of an embedded store; an EventStoreDB is backed up by its own means, or copied with "ledger copy"',
    );
  }
  const store = storeFile(location);
  if (!existsSync(store)) throw new BadInput(`--store: there is no event store at ${store}`);
  const progress = options.quiet ? () => undefined : (text: string) => void terminal.err(text);

  return draftedFolder(options.to, '--to', async (draft) => {
    // What was noted of a trail before it is copied, its copy holds.
    for (const name of headsOf(location, store)) {
      writeFileSync(join(draft, name), readFileSync(join(dirname(store), name)), { mode: 0o600, flag: 'wx' });
    }
    for (const name of databasesOf(location, store, options.withoutReadModel === true)) {
      let tenths = 0;
      await copyDatabase(join(dirname(store), name), join(draft, name), ({ done, total }) => {
        const now = Math.floor((done / total) * 10);
        if (now > tenths) progress(words.copying(name, (tenths = now) * 10));
      });
      chmodSync(join(draft, name), 0o600);
      progress(words.checking(name));
      const damage = damageIn(join(draft, name));
      if (damage.length > 0) throw new Damaged(words.damaged(name, damage.join('; ')));
    }
    const contents = contentsOfStore(join(draft, basename(store)));
    if (contents.faults.length > 0) throw new Damaged(words.damaged(basename(store), contents.faults.join('; ')));
    const { events, streams, sha256 } = contents;
    const made: Manifest = {
      format: 'enrollment-ledger-backup/1',
      madeAt: instantOf(Date.now()),
      store: basename(store),
      events,
      streams,
      logSha256: sha256,
      ...evidenceKeyOf(dirname(store)),
      files: await filesIn(draft),
    };
    writeManifest(draft, made);
    return made;
  });
}

/** The databases in the order in which they are copied: what rests on the log before it, so that no copy is ahead of the log's. */
function databasesOf(location: string, store: string, withoutReadModel: boolean): string[] {
  const log = basename(store);
  if (statSync(location).isFile()) return [log];
  const others = readdirSync(dirname(store), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== log && /\.(db|sqlite)$/.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => isSqlite(join(dirname(store), name)) && !(withoutReadModel && READ_MODEL.test(name)))
    .sort();
  return [
    ...others.filter((name) => !AFTER_THE_LOG.test(name)),
    log,
    ...others.filter((name) => AFTER_THE_LOG.test(name)),
  ];
}

/** The heads kept beside trails, a line each. */
function headsOf(location: string, store: string): string[] {
  if (statSync(location).isFile()) return [];
  return readdirSync(dirname(store)).filter((name) => HEAD.test(name));
}

async function filesIn(folder: string): Promise<BackedUpFile[]> {
  const files: BackedUpFile[] = [];
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name);
    files.push({ name, bytes: statSync(file).size, sha256: await sha256Of(file) });
  }
  return files;
}

/** The public half of the key that signs the evidence; the private one stays where it is. */
function evidenceKeyOf(folder: string): { evidenceKey?: string } {
  const { file, keyFile } = evidenceIn(folder);
  const key = process.env['LEDGER_EVIDENCE_KEY'] ?? keyFile;
  if (!existsSync(file) || !existsSync(key)) return {};
  const evidence = EvidenceFile.read(file);
  try {
    return { evidenceKey: signerOf(signerName(evidence.origin), readFileSync(key, 'utf8')).verifier.vkey };
  } finally {
    evidence.close();
  }
}
