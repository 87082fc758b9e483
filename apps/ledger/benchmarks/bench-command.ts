import type { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPolicies } from '../installation';
import { table } from '../pages';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import type { BenchRow } from '../../../libs/event-store/bench';
import { benchFeeds } from '../../../libs/feeds/bench';
import { benchReadModel } from '../../../libs/read-model/bench';
import { benchReports } from '../../../libs/reports/bench';
import { benchAnswers } from './answers';
import { benchImports } from './imports';

interface Options extends OutputOptions {
  folder?: string;
  persons?: string;
}

const BENCHES = ['answers', 'stores', 'imports', 'reports', 'feeds', 'load', 'disputes', 'readmodel'] as const;

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
        .option('--persons <number>', 'how many persons readmodel rebuilds; left out: 8000'),
    (names, options) => runBench(names, options, terminal),
  );
}

async function runBench(names: readonly string[], options: Options, terminal: Terminal): Promise<Status> {
  const unknown = names.find((name) => !(BENCHES as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new BadInput(`bench: expected ${BENCHES.join(', ')}, got ${JSON.stringify(unknown)}`);
  const asked = names.length === 0 ? BENCHES : BENCHES.filter((name) => names.includes(name));
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
        const persons = options.persons === undefined ? undefined : Number(options.persons);
        if (persons !== undefined && !(Number.isInteger(persons) && persons > 0))
          throw new BadInput(`--persons: expected a whole number above 0, got ${JSON.stringify(options.persons)}`);
        measured.push(...(await benchReadModel(policies, { persons, within: folder })));
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

function rowOf({ name, value, unit, limit, ok, note = '' }: BenchRow): string[] {
  const verdict = ok === undefined ? '' : ok ? `✓ at most ${limit}` : `✗ expected at most ${limit}`;
  return [name, `${value.toLocaleString('en-US')} ${unit}`, verdict, note];
}
