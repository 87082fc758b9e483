import type { Command } from 'commander';
import { relative } from 'node:path';
import { UnreadableScenario, inWords, runScenario, scenarioFiles, type Expectation } from '../../../libs/scenario';
import { openPolicies } from '../installation';
import { addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';

interface Options extends OutputOptions {
  policies?: string;
  verbose?: boolean;
}

/** `ledger scenario PATH…` */
export function addScenario(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'scenario <path...>',
    'run golden cases: given these events, this question has this answer',
    (command) =>
      command
        .option('--policies <folder>', 'policy packs other than the ledger’s own')
        .option('-v, --verbose', 'name the passed expectations too'),
    (paths, options) => runScenarios(paths, options, terminal),
  );
}

function runScenarios(paths: readonly string[], options: Options, terminal: Terminal): Status {
  const policies = openPolicies(options.policies);
  const results: Expectation[] = [];
  const unreadable: UnreadableScenario[] = [];
  for (const file of filesOf(paths, unreadable)) {
    try {
      results.push(...runScenario(file, policies));
    } catch (error) {
      if (!(error instanceof UnreadableScenario)) throw error;
      unreadable.push(error);
    }
  }

  const failed = results.filter((result) => !result.passed);
  const passed = results.length - failed.length;
  if (options.json) terminal.out(printedJson({ passed, failed: failed.length, failures: failed, unreadable: unreadable.map(asFault) }));
  else {
    for (const result of options.verbose ? results : failed) terminal.out(lineOf(result));
  }
  for (const error of unreadable) terminal.err(`ledger: ${error.message}\n`);
  if (!options.json) terminal.out(`${passed} passed, ${failed.length} failed\n`);
  return unreadable.length > 0 ? 2 : failed.length > 0 ? 1 : 0;
}

function filesOf(paths: readonly string[], unreadable: UnreadableScenario[]): string[] {
  return paths.flatMap((path) => {
    try {
      const files = scenarioFiles([path]);
      if (files.length === 0) throw new UnreadableScenario(path, 0, 'holds no scenario files (.yaml)');
      return files;
    } catch (error) {
      if (!(error instanceof UnreadableScenario)) throw error;
      unreadable.push(error);
      return [];
    }
  });
}

function lineOf({ file, line, scenario, title, variant, asked, passed, disagreements, error }: Expectation): string {
  const name = [scenario, variant ?? title].filter((part) => part !== '').join(' · ');
  const head = `${passed ? '✓' : '✗'} ${shortened(file)}:${line} ${name}\n    ${asked}\n`;
  const wrong = disagreements.map((found) => `    ${inWords(found)}\n`).join('');
  return head + wrong + (error === undefined ? '' : `    broke: ${error}\n`);
}

function shortened(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

function asFault({ file, line, reason }: UnreadableScenario): object {
  return { file, line, reason };
}
