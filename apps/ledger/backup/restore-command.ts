import type { Command } from 'commander';
import { chmodSync, constants, copyFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import { checkBackup, type Checked } from './check';
import { draftedFolder } from './draft-folder';
import { flush, sha256Of } from './manifest';
import { backupWords } from './words';

interface Options extends OutputOptions {
  to?: string;
  check?: boolean;
  key?: string;
}

/** `ledger restore`: status 1 where the backup is not whole; then nothing is written. */
export function addRestore(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'restore <backup>',
    'check a backup, and put it into a new data folder',
    (command) =>
      command
        .option('--to <folder>', 'the data folder to make; not there yet, or empty')
        .option('--check', 'only check')
        .option('--key <vkey>', 'the public key of the evidence; left out: the one the backup names'),
    ([backup], options) => runRestore(backup!, options, terminal),
  );
}

async function runRestore(backup: string, options: Options, terminal: Terminal): Promise<Status> {
  const { to, check, key, lang, json } = options;
  if ((to === undefined) === (check !== true)) throw new BadInput('restore: expected either --to FOLDER or --check');
  if (!existsSync(backup)) throw new BadInput(`restore: there is no backup at ${backup}`);
  const words = backupWords[lang];
  const checked = await checkBackup(backup, { key, lang });
  if (!json) terminal.out(reportOf(checked, lang));
  const whole = checked.damage.length === 0;
  if (to !== undefined && whole) {
    await draftedFolder(to, '--to', (draft) => copied(checked, draft));
    if (!json) terminal.out(words.restored(to));
  } else if (to !== undefined) terminal.err(`ledger: ${words.notRestored(backup)}\n`);
  if (json) terminal.out(printedJson({ ...checked, restored: to !== undefined && whole }));
  // A log with an event that this program cannot read is restored as it is; a check says no to it.
  return whole && (to !== undefined || checked.unreadable.length === 0) ? 0 : 1;
}

function reportOf({ damage, unreadable, contents, evidence }: Checked, lang: 'zh' | 'en'): string {
  const words = backupWords[lang];
  const lines = [...damage, ...unreadable].map((line) => `✗ ${line}\n`);
  if (contents && damage.length === 0) lines.push(words.whole(contents));
  if (evidence === 'unchecked') lines.push(words.evidenceUnchecked);
  else if (evidence?.intact) lines.push(words.evidence(evidence.sealed, evidence.unsealed));
  return lines.join('');
}

async function copied({ files }: Checked, draft: string): Promise<void> {
  for (const { path, name } of files) {
    const target = join(draft, name);
    copyFileSync(path, target, constants.COPYFILE_EXCL);
    chmodSync(target, 0o600);
    flush(target);
    if (statSync(target).size !== statSync(path).size || (await sha256Of(target)) !== (await sha256Of(path))) {
      throw new Error(`${target} is not what was read from ${path}; the disk is full or damaged`);
    }
  }
}
