import type { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPolicies } from '../installation';
import { table } from '../pages';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import type { BenchRow } from '../../../libs/event-store/bench';
import { benchFeeds } from '../../../libs/feeds/bench';
import { MAX_PERSONS, MAX_SEED } from '../../../libs/generation';
import { benchReadModel } from '../../../libs/read-model/bench';
import { benchReports } from '../../../libs/reports/bench';
import { benchAnswers } from './answers';
import { benchImports } from './imports';

interface Options extends OutputOptions {
  folder?: string;
  persons?: string;
  seed?: string;
  install?: boolean;
}

const BENCHES = ['answers', 'stores', 'imports', 'reports', 'feeds', 'load', 'disputes', 'readmodel', 'peer'] as const;

/** `ledger bench`: status 1 where a bar is not met. */
export function addBench(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'bench [names...]',
    `measure this machine against the ledger’s bars: ${BENCHES.join(', ')}`,
    (command) =>
      command
        .option(
          '--folder <folder>',
          'where to put the files that are measured; left out: the system’s temporary folder',
        )
        .option('--persons <number>', 'how many persons readmodel and peer rebuild; left out: 8000 and 1000')
        .option('--seed <number>', 'of the persons that peer rebuilds; left out: 1')
        .option('--install', 'installs what peer measures against, which is no part of the ledger'),
    (names, options) => runBench(names, options, terminal),
  );
}

async function runBench(names: readonly string[], options: Options, terminal: Terminal): Promise<Status> {
  const unknown = names.find((name) => !(BENCHES as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new BadInput(`bench: expected ${BENCHES.join(', ')}, got ${JSON.stringify(unknown)}`);
  const asked = names.length === 0 ? BENCHES : BENCHES.filter((name) => names.includes(name));
  const persons = wholeNumber('--persons', options.persons, 1, MAX_PERSONS);
  const seed = wholeNumber('--seed', options.seed, 0, MAX_SEED);
  const policies = openPolicies(undefined);
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'ledger-bench-'));
  const measured: BenchRow[] = [];
  try {
    for (const name of asked) {
      terminal.err(`ledger: measuring ${name}\n`);
      if (name === 'answers') measured.push(...benchAnswers(policies));
      if (name === 'stores') {
        // Loaded only here: it brings the test node along.
        const { benchEventStore } = await import('../../../libs/event-store/bench');
        measured.push(...(await benchEventStore()));
      }
      if (name === 'imports') measured.push(...(await benchImports(folder, policies)));
      if (name === 'load') {
        // Loaded only here: it brings the whole server along.
        const { benchLoad } = await import('./load/load');
        measured.push(...(await benchLoad(folder, policies)));
      }
      if (name === 'feeds') measured.push(...(await benchFeeds(policies, folder)));
      if (name === 'readmodel') {
        measured.push(...(await benchReadModel(policies, { persons, within: folder })));
      }
      if (name === 'peer') {
        // Loaded only here: it brings a PostgreSQL along.
        const { NoPeer, benchPeer, installPeer } = await import('./peer/peer');
        try {
          if (options.install) installPeer();
          measured.push(...(await benchPeer(policies, { persons, seed, within: folder })));
        } catch (error) {
          if (!(error instanceof NoPeer)) throw error;
          if (names.length > 0) throw new BadInput(`bench peer: ${error.message}`);
          terminal.err(`ledger: peer is left out: ${error.message}\n`);
        }
      }
      if (name === 'disputes') {
        const { benchAllDisputes } = await import('./disputes');
        measured.push(...(await benchAllDisputes(folder, policies)));
      }
      if (name === 'reports') measured.push(...(await benchReports(policies, { within: folder })));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  terminal.out(options.json ? printedJson(measured) : `${table(measured.map(rowOf)).join('\n')}\n`);
  return measured.every(({ ok }) => ok !== false) ? 0 : 1;
}

function wholeNumber(option: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new BadInput(`${option}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`);
}

function rowOf({ name, value, unit, limit, atLeast, ok, note = '' }: BenchRow): string[] {
  const bar = atLeast === undefined ? `at most ${limit}` : `at least ${atLeast}`;
  const verdict = ok === undefined ? '' : ok ? `✓ ${bar}` : `✗ expected ${bar}`;
  return [name, `${value.toLocaleString('en-US')} ${unit}`, verdict, note];
}
