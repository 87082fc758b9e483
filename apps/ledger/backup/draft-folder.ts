import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BadInput } from '../terminal';
import { flush } from './manifest';

/**
 * Runs with a folder beside the target and puts it in the target's place when all of it is written and on the disk, so that
 * the target is there whole or not at all. What another run left behind when it was killed is removed. Throws `BadInput` where
 * something is in the target's place already.
 */
export async function draftedFolder<T>(
  target: string,
  option: string,
  write: (draft: string) => Promise<T>,
): Promise<T> {
  const place = resolve(target);
  refuseTaken(place, option);
  mkdirSync(dirname(place), { recursive: true });
  removeLeftovers(place);
  const draft = `${place}.partial-${process.pid}`;
  mkdirSync(draft, { mode: 0o700 });
  try {
    const result = await write(draft);
    flush(draft);
    refuseTaken(place, option);
    renameSync(draft, place);
    flush(dirname(place));
    return result;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

function refuseTaken(place: string, option: string): void {
  if (existsSync(place) && readEntries(place)?.length !== 0) {
    throw new BadInput(`${option}: ${place} is there already; nothing is overwritten`);
  }
}

function readEntries(place: string): string[] | undefined {
  try {
    return readdirSync(place);
  } catch {
    return undefined;
  }
}

function removeLeftovers(place: string): void {
  const own = `${basename(place)}.partial-`;
  for (const name of readdirSync(dirname(place))) {
    const pid = name.startsWith(own) ? Number(name.slice(own.length)) : NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(dirname(place), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
