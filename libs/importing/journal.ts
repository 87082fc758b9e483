import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RefusedSoFar } from './refused-rows';

/** What one file of an import under way has come to. */
export interface FileSoFar {
  rows: number;
  recorded: number;
  already: number;
  events: number;
  refused: RefusedSoFar;
}

/** How far an import has come: everything before this is settled. */
export interface ImportSoFar {
  /** First the rows of a file, then those that reverse others; `streams` where history is told in its own order. */
  phase: 'rows' | 'reversals' | 'streams';
  /** The place of the file under way. */
  file: number;
  /** Rows of the phase that are settled. */
  rows: number;
  /** The last stream that is settled. */
  stream?: string;
  /** The position of the log before what was under way. */
  since: string;
  /** An event of a row that is settled: where the store does not hold it, it is not the store that was imported into. */
  witness?: { stream: string; id: string };
  files: FileSoFar[];
}

/** Keeps how far an import has come in a small file, so that one that breaks off goes on where it was. Not needed for safety: ids come from content. */
export class Journal {
  private usable = true;

  /** `job` says what is imported and how; a journal of anything else is not taken up. */
  constructor(
    private readonly path: string,
    private readonly job: string,
  ) {}

  /** What an import of the same job left behind when it broke off. */
  soFar(): ImportSoFar | undefined {
    try {
      const { job, ...soFar } = JSON.parse(readFileSync(this.path, 'utf8')) as ImportSoFar & { job: string };
      return job === this.job ? soFar : undefined;
    } catch {
      // None, or one that a power cut tore: the import begins at the beginning.
      return undefined;
    }
  }

  save(soFar: ImportSoFar): void {
    if (!this.usable) return;
    try {
      writeFileSync(`${this.path}.new`, JSON.stringify({ job: this.job, ...soFar }), { mode: 0o600 });
      renameSync(`${this.path}.new`, this.path);
    } catch (error) {
      // A folder that cannot be written: a broken-off import then begins at the beginning.
      if (!['EACCES', 'EROFS', 'EPERM'].includes((error as { code?: string }).code ?? '')) throw error;
      this.usable = false;
    }
  }

  done(): void {
    if (this.usable) rmSync(this.path, { force: true });
  }
}

/** A name for what is imported and how: files as they are now, and every option that counts. */
export function jobOf(files: readonly string[], options: unknown): string {
  const known = files.map((file) => {
    const { size, mtimeMs } = statSync(file);
    return [resolve(file), size, mtimeMs];
  });
  return createHash('sha256')
    .update(JSON.stringify([known, options]))
    .digest('hex');
}
