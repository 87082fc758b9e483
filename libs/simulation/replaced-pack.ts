import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { parse } from 'yaml';
import { RefusedPacks, loadPoliciesOrThrow, type LoadedPolicies } from '../policy';

/** The file is no pack that could stand in the place of another. */
export class NoPack extends Error {
  override readonly name = 'NoPack';
}

/**
 * The packs of a folder with one more file among them. It replaces the version of its region that begins on the same day;
 * beginning on another day it rules from there on, as it would when it were put in force. Nothing is written to the folder.
 * Throws `NoPack` with everything that is wrong with it, alone or among the others.
 */
export function policiesWith(folder: string, file: string): LoadedPolicies {
  return policiesWithPack(folder, headOf(file));
}

/** A pack as it was sent, and whose it is. Throws `NoPack`. */
export function packIn(text: string, name: string): ProposedPack {
  let read: unknown;
  try {
    read = parse(text);
  } catch (error) {
    throw new NoPack(`${name} cannot be read: ${(error as Error).message}`);
  }
  const { pack, version, region, effective } = (read ?? {}) as Record<string, unknown>;
  const { from } = (effective ?? {}) as Record<string, unknown>;
  const named = { pack, version, region, 'effective.from': from };
  for (const [field, value] of Object.entries(named)) {
    if (typeof value !== 'string' || !/^(?!\.)[\p{L}\p{N}._-]{1,64}$/u.test(value))
      throw new NoPack(`${name}: ${field}: got ${JSON.stringify(value) ?? 'nothing'}; expected that of a policy pack`);
  }
  return { pack, version, region, from, text } as ProposedPack;
}

/** As `policiesWith`, of a pack that is no file yet. */
export function policiesWithPack(folder: string, added: ProposedPack): LoadedPolicies {
  const trial = mkdtempSync(join(tmpdir(), 'ledger-what-if-'));
  try {
    cpSync(folder, trial, { recursive: true });
    for (const { name } of readdirSync(trial, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      for (const version of readdirSync(join(trial, name)).filter((one) => /\.ya?ml$/.test(one))) {
        const path = join(trial, name, version);
        const head = headOf(path);
        if (head.region === added.region && head.from === added.from) rmSync(path);
      }
    }
    mkdirSync(join(trial, added.pack), { recursive: true });
    writeFileSync(join(trial, added.pack, `${added.version}.yaml`), added.text);
    return loadPoliciesOrThrow(trial);
  } catch (error) {
    if (error instanceof RefusedPacks) throw new NoPack(error.message.replaceAll(`${trial}${sep}`, ''));
    throw error;
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}

export interface ProposedPack {
  pack: string;
  version: string;
  region: string;
  from: string;
  text: string;
}

function headOf(file: string): ProposedPack {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new NoPack(`${file} cannot be read: ${(error as Error).message}`);
  }
  return packIn(text, basename(file));
}
