import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import {
  RebuildStopped,
  RebuildUnderway,
  rebuild,
  type Differing,
  type RebuildProgress,
  type Rebuilt,
} from '../../../libs/read-model';
import { engineIn } from '../../../libs/settings';
import { installationFolder, openPolicies, policiesFolder } from '../installation';
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
import { placesOf, usingReadModel, withPlaces, type PlaceOptions } from './places';
import { ProgressBar, counted } from './progress';
import { stoppable } from './stopping';

interface Options extends OutputOptions, PlaceOptions {
  compare?: boolean;
  anew?: boolean;
  workers?: string;
  quiet?: boolean;
}

const MOST_WORKERS = 64;
/** Fewer events are folded before threads have started. */
const WORTH_THREADS = 50_000n;
/** Persons that a page lists; JSON has all of them. */
const LISTED = 200;

const EXAMPLE = `
Example: rebuild beside the tables that are in use, and change them only where nobody differs
  ledger rebuild --compare

It may be stopped (Ctrl-C) and goes on where it was when it is started again. The server and projectors go on meanwhile.
Exit status: 0 the tables are rebuilt · 1 somebody differs, or it was stopped · 2 bad usage or input`;

/** `ledger rebuild`: every table anew from the log; status 1 where `--compare` finds that somebody differs, or it is stopped. */
export function addRebuild(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'rebuild',
    'make every table of the read model anew from the log, beside those in use, and put them in their place',
    (command) =>
      withPlaces(command)
        .option('--compare', 'compare row by row first; where somebody differs, say who and why, and change nothing')
        .option('--anew', 'begin at the start, even where an earlier rebuild was stopped; as after an upgrade')
        .option('--workers <count>', 'how many threads share the work; left out: two where there is much, one else')
        .option('-q, --quiet', 'no progress')
        .addHelpText('after', EXAMPLE),
    (_, options) => runRebuild(options, terminal),
  );
}

async function runRebuild(options: Options, terminal: Terminal): Promise<Status> {
  const { lang, json, quiet, compare, anew } = options;
  const zh = lang === 'zh';
  const asked = workersOf(options.workers);
  const places = placesOf(options);
  const bar = quiet || (json && !process.stderr.isTTY) ? undefined : new ProgressBar(terminal, lang);
  const onStop = () => {
    bar?.end();
    terminal.err(zh ? 'ledger: 正在停止…\n' : 'ledger: stopping…\n');
  };
  try {
    const done = await readingStore(places.store, async (store) => {
      const count = asked ?? ((await store.head()) > WORTH_THREADS ? Math.min(2, availableParallelism()) : 1);
      return usingReadModel(places, () =>
        stoppable(onStop, (signal) =>
          rebuild({
            store,
            policies: openPolicies(options.policies),
            engine: engineIn(installationFolder()).version,
            readModel: places.readModel,
            workers: count > 1 ? { count, store: places.store, policies: policiesFolder(options.policies) } : undefined,
            compare,
            anew,
            signal,
            onProgress: (progress) => bar?.show(stepOf(progress, lang)),
          }),
        ),
      );
    });
    bar?.end();
    terminal.out(json ? printedJson(done) : page(done, lang));
    return done.swapped ? 0 : 1;
  } catch (error) {
    bar?.end();
    if (error instanceof RebuildUnderway) throw new BadInput(error.message);
    if (!(error instanceof RebuildStopped)) throw error;
    if (json) terminal.out(printedJson({ stopped: true }));
    terminal.err(
      zh
        ? 'ledger: 已停止；已完成的部分保留，再次运行 ledger rebuild 即从此处继续\n'
        : 'ledger: stopped; what is done is kept, ledger rebuild goes on from here\n',
    );
    return 1;
  }
}

function workersOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const count = /^\d{1,3}$/.test(given) ? Number(given) : NaN;
  if (!(count >= 1 && count <= MOST_WORKERS))
    throw new BadInput(`--workers: expected a whole number, 1 to ${MOST_WORKERS}, got ${JSON.stringify(given)}`);
  return count;
}

const STAGES: Record<RebuildProgress['stage'], Record<Language, string>> = {
  folding: { zh: '重算', en: 'folding' },
  catchingUp: { zh: '追赶日志', en: 'catching up' },
  comparing: { zh: '逐行比对', en: 'comparing' },
  swapping: { zh: '替换', en: 'swapping' },
};

function stepOf({ stage, events, total, eventsPerSecond, secondsLeft }: RebuildProgress, language: Language) {
  const name = STAGES[stage][language];
  return stage === 'folding'
    ? { name, done: events, total, perSecond: eventsPerSecond, secondsLeft }
    : { name, done: total, total };
}

const WHY: Record<Differing['why'], Record<Language, string>> = {
  unknown: { zh: '现有表中没有此人', en: 'the tables in use know nothing of him' },
  gone: { zh: '日志中没有此人', en: 'the log knows nothing of him' },
  parked: { zh: '仅在其中一方被搁置', en: 'he is parked in one of the two' },
  history: { zh: '事实不同', en: 'his facts are others' },
  rows: { zh: '事实相同，算出的结果不同', en: 'the same facts, evaluated otherwise' },
};

function page(done: Rebuilt, language: Language): string {
  const { position, persons, events, seconds, resumedFrom, differing, swapped } = done;
  const zh = language === 'zh';
  const anew = events - (resumedFrom?.events ?? 0);
  const rate = counted(Math.round(anew / Math.max(seconds, 0.001)));
  const lines = [
    zh
      ? `已重算到日志位置 ${counted(position)}：${counted(persons)} 人，${counted(events)} 个事件，用时 ${seconds.toFixed(1)} 秒（${rate} 个/秒）`
      : `Rebuilt up to position ${counted(position)}: ${counted(persons)} persons from ${counted(events)} events in ${seconds.toFixed(1)} s (${rate}/s)`,
  ];
  if (resumedFrom) {
    lines.push(
      zh
        ? `从上次停止处继续：此前已完成 ${counted(resumedFrom.persons)} 人`
        : `Went on from where it was stopped: ${counted(resumedFrom.persons)} persons were done`,
    );
  }
  if (differing && differing.length > 0) lines.push(...differingLines(differing, language));
  else if (differing) lines.push(zh ? '逐行比对：完全一致' : 'Compared row by row: the same');
  lines.push(
    swapped
      ? zh
        ? '新表已启用'
        : 'The rebuilt tables are in place'
      : zh
        ? '现有表保持不变；不带 --compare 再次运行即启用新表'
        : 'The tables in use stay as they are; ledger rebuild without --compare puts the rebuilt ones in their place',
  );
  return `${lines.join('\n')}\n`;
}

function differingLines(differing: readonly Differing[], language: Language): string[] {
  const zh = language === 'zh';
  const listed = differing
    .slice(0, LISTED)
    .map(({ person, why, tables }) => [person, WHY[why][language], tables.join(', ')]);
  const more = differing.length - listed.length;
  return [
    zh ? `有 ${counted(differing.length)} 人不一致：` : `${counted(differing.length)} persons differ:`,
    ...table(listed).map((line) => `  ${line}`),
    ...(more > 0
      ? [zh ? `  … 另有 ${counted(more)} 人，--json 列出全部` : `  … ${counted(more)} more; --json lists all`]
      : []),
  ];
}
