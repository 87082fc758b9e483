import type { Command } from 'commander';
import { NothingToVerify, verify, type Difference, type Verified } from '../../../libs/read-model';
import { verifyTheLog, withVerifyLogOptions, type VerifyLogOptions } from '../disputes';
import { openPolicies } from '../installation';
import { table } from '../pages';
import { readingStore } from '../store-access';
import {
  BadInput,
  addCommand,
  printedJson,
  type Language,
  type OutputOptions,
  type Status,
  type Terminal,
} from '../terminal';
import { existingPlaces, usingReadModel, withPlaces, type PlaceOptions } from './places';
import { ProgressBar, counted } from './progress';
import { stoppable } from './stopping';

interface Options extends OutputOptions, PlaceOptions, VerifyLogOptions {
  log?: boolean;
  sample?: string;
  all?: boolean;
  quiet?: boolean;
}

const SAMPLE = 1_000;
const LISTED = 200;

const EXAMPLE = `
Example: count every event, and fold everybody anew from the log
  ledger verify --all

Example: prove that nobody changed the log itself
  ledger verify --log --witness witness.txt --key 'name+id+key'

The server and projectors may go on meanwhile.
Exit status: 0 the tables hold what the log says · 1 they do not, or it was stopped · 2 bad usage or input`;

/** `ledger verify`: status 1 on the first difference between the log and the tables; with --log, between the log and its evidence. */
export function addVerify(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'verify',
    'prove that the tables hold what the log says: every event counted, and persons folded anew and compared',
    (command) =>
      withVerifyLogOptions(withPlaces(command))
        .option(
          '--log',
          'in place of the tables: the log against its hashes and signed checkpoints (ledger evidence verify)',
        )
        .option('--sample <count>', `how many persons are folded anew, chosen at random; left out: ${SAMPLE}`)
        .option('--all', 'everybody')
        .option('-q, --quiet', 'no progress')
        .addHelpText('after', EXAMPLE),
    (_, options) => (options.log ? verifyTheLog(options, terminal) : runVerify(options, terminal)),
  );
}

async function runVerify(options: Options, terminal: Terminal): Promise<Status> {
  const { lang, json, quiet } = options;
  const zh = lang === 'zh';
  const sample = sampleOf(options);
  const places = existingPlaces(options);
  const bar = quiet || (json && !process.stderr.isTTY) ? undefined : new ProgressBar(terminal, lang);
  const stages = { counting: zh ? '核对事件数' : 'counting', folding: zh ? '重算核对' : 'folding' };
  let stopped = false;
  try {
    const verified = await readingStore(places.store, (store) =>
      usingReadModel(places, () =>
        stoppable(
          () => (stopped = true),
          (signal) =>
            verify({
              store,
              policies: openPolicies(options.policies),
              readModel: places.readModel,
              sample,
              signal,
              onProgress: ({ stage, done, total }) => bar?.show({ name: stages[stage], done, total }),
            }),
        ),
      ),
    );
    bar?.end();
    if (stopped) {
      terminal.err(zh ? 'ledger: 已停止，未得出结论\n' : 'ledger: stopped before there was a result\n');
      return 1;
    }
    terminal.out(json ? printedJson(verified) : page(verified, lang));
    return verified.sound ? 0 : 1;
  } catch (error) {
    bar?.end();
    if (error instanceof NothingToVerify) throw new BadInput(error.message);
    throw error;
  }
}

function sampleOf({ sample, all }: Options): number | 'all' {
  if (all) {
    if (sample !== undefined) throw new BadInput('--sample: expected either --sample or --all');
    return 'all';
  }
  if (sample === undefined) return SAMPLE;
  if (!/^\d{1,9}$/.test(sample))
    throw new BadInput(`--sample: expected a whole number of persons, got ${JSON.stringify(sample)}`);
  return Number(sample);
}

function page({ position, events, persons, checked, differences, sound }: Verified, language: Language): string {
  const zh = language === 'zh';
  const lines = zh
    ? [
        `截至日志位置 ${counted(position)}：日志 ${counted(events.log)} 个事件，表中 ${counted(events.projected)} 个，${counted(persons)} 人`,
        `从日志重算并比对 ${counted(checked)} 人：${differences.length === 0 ? '全部一致' : '有差异'}`,
        ...differenceLines(differences, zh),
        sound ? '结论：表与日志一致' : '结论：表与日志不一致；ledger rebuild 可重建',
      ]
    : [
        `Up to position ${counted(position)}: ${counted(events.log)} events in the log, ${counted(events.projected)} in the tables, of ${counted(persons)} persons`,
        `Folded anew from the log and compared: ${counted(checked)} persons, ${differences.length === 0 ? 'all the same' : 'not all the same'}`,
        ...differenceLines(differences, zh),
        sound
          ? 'The tables hold what the log says'
          : 'The tables do not hold what the log says; ledger rebuild makes them anew',
      ];
  return `${lines.join('\n')}\n`;
}

function differenceLines(differences: readonly Difference[], zh: boolean): string[] {
  const listed = table(differences.slice(0, LISTED).map(({ person, what }) => [person, what]));
  const more = differences.length - listed.length;
  return [
    ...listed.map((line) => `  ${line}`),
    ...(more > 0
      ? [zh ? `  … 另有 ${counted(more)} 处，--json 列出全部` : `  … ${counted(more)} more; --json lists all`]
      : []),
  ];
}
