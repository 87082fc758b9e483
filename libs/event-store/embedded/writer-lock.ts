import Database from 'better-sqlite3';

export interface WriterLock {
  release(): void;
}

/**
 * Makes this the only writer of the store, until released or the process ends, however it ends.
 * It is a lock of the operating system, taken through an exclusive transaction on an empty database beside the store.
 * Throws when somebody else writes the store; readers are not hindered.
 */
export function takeWriterLock(file: string): WriterLock {
  const lock = new Database(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new Error(
      `${file} is being written by another process${nameWriter(file)}; stop that one, or open this file for reading only`,
      { cause },
    );
  }
  return {
    release() {
      lock.exec('ROLLBACK');
      lock.close();
    },
  };
}

function nameWriter(file: string): string {
  try {
    const reader = new Database(file, { readonly: true, fileMustExist: true, timeout: 0 });
    try {
      const writer = reader.prepare(`SELECT value FROM event_store WHERE key = 'writer'`).pluck().get();
      return writer === undefined ? '' : ` (${String(writer)})`;
    } finally {
      reader.close();
    }
  } catch {
    return '';
  }
}
