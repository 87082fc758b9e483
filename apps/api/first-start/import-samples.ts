import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { EventReader } from '../../../libs/event-store';
import { importFiles, loadMapping } from '../../../libs/importing';
import type { Ledger } from '../../../libs/ledger';
import { installation, type Settings } from '../settings';
import { startWords } from '../start-words';

/** The name under which the samples' history is kept: their rows say when their agency recorded them. */
const SYSTEM = 'samples';
const MARK = 'samples.unfinished';

/** Whether the samples are to be imported: into a store without a single event, or where a start was broken off while it did so. */
export async function samplesWanted({ samples, data }: Settings, store: Pick<EventReader, 'head'>): Promise<boolean> {
  return samples && ((await store.head()) === 0n || existsSync(join(data, MARK)));
}

/** Imports every sample file. It works on copies in the data folder, because refused rows are written beside their file. */
export async function importSamples(ledger: Ledger, settings: Settings, say: (line: string) => void): Promise<void> {
  const words = startWords[settings.lang];
  const folder = join(installation(), 'samples');
  const files = sampleFiles(folder).map((file) => ({
    file,
    copy: join(settings.data, 'samples', relative(folder, file)),
  }));
  if (files.length === 0) {
    say(words.noSamples);
    return;
  }

  const mark = join(settings.data, MARK);
  writeFileSync(mark, '');
  for (const { file, copy } of files) {
    mkdirSync(join(copy, '..'), { recursive: true });
    copyFileSync(file, copy);
  }
  say(words.importing(files.length));
  const nameOf = (copy: string) => relative(join(settings.data, 'samples'), copy);
  const began = Date.now();
  const summary = await importFiles({
    files: files.map(({ copy }) => copy),
    ledger,
    mapping: loadMapping(),
    migratedFrom: SYSTEM,
    actor: 'first-start',
    onProgress: ({ file, rows, events }) => say(words.fileProgress(nameOf(file), rows, events)),
  });
  for (const { file, refused, refusedFile } of summary.files) {
    if (refusedFile !== undefined) say(words.refusedRows(nameOf(file), refused, refusedFile));
  }
  say(words.imported(summary.events, summary.refused, ((Date.now() - began) / 1000).toFixed(1)));
  rmSync(mark);
}

function sampleFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && /\.(csv|jsonl|ndjson)$/i.test(entry.name) && !/\.refused\.csv$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
