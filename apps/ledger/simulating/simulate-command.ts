import type { Command } from 'commander';
import { NoPack, changeOf, counted, policiesWith, simulate, type SimulationResult } from '../../../libs/simulation';
import { openPolicies, policiesFolder } from '../installation';
import { dayIn, regionIn } from '../option-values';
import { table } from '../pages';
import { readingStore, storeLocation } from '../store-access';
import {
  BadInput,
  addCommand,
  printedJson,
  type Language,
  type OutputOptions,
  type Status,
  type Terminal,
} from '../terminal';

interface Options extends OutputOptions {
  pack: string;
  on: string;
  region?: string;
  store?: string;
  policies?: string;
  quiet?: boolean;
}

/** Persons that a terminal is shown; `--json` holds all of them. */
const PERSONS_SHOWN = 100;

/** `ledger simulate`: status 0 however many are affected. */
export function addSimulate(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'simulate',
    'everyone under another pack: who gains and who loses what, by the rule that makes it; writes nothing',
    (command) =>
      command
        .requiredOption(
          '--pack <file>',
          'a pack; it replaces the version of its region that begins on the same day, or follows it',
        )
        .requiredOption('--on <day>', 'the day by which days, months and refunds are counted, YYYY-MM-DD')
        .option('--region <code>', 'only people of this region and those below it')
        .option('--store <folder>', 'the ledger’s data folder, or the address of an EventStoreDB')
        .option('-q, --quiet', 'no progress')
        .option('--policies <folder>', 'the packs as they are, where they are not the ledger’s own'),
    (_, options) => runSimulate(options, terminal),
  );
}

async function runSimulate(options: Options, terminal: Terminal): Promise<Status> {
  const { lang, json, quiet } = options;
  const terms = { on: dayIn('--on', options.on), region: regionIn(options.region) };
  const before = openPolicies(options.policies);
  const after = packsWith(options);
  const result = await readingStore(storeLocation(options.store), (store) =>
    simulate({
      store,
      before,
      after,
      ...terms,
      onProgress: quiet ? undefined : (persons) => terminal.err(`${persons} persons\n`),
    }),
  );
  terminal.out(json ? printedJson(result) : page(result, lang));
  return 0;
}

function packsWith({ pack, policies }: Options): ReturnType<typeof policiesWith> {
  try {
    return policiesWith(policiesFolder(policies), pack);
  } catch (error) {
    if (error instanceof NoPack) throw new BadInput(`--pack: ${error.message}`);
    throw error;
  }
}

const WORDS = {
  zh: {
    coveredDays: '可享受天数',
    waitingDays: '等待天数',
    contributionMonths: '缴费月数',
    refundMonths: '退费月数',
    refundFen: '退费（分）',
    gains: '得',
    loses: '失',
    mixed: '有得有失',
  },
  en: {
    coveredDays: 'covered days',
    waitingDays: 'waiting days',
    contributionMonths: 'months',
    refundMonths: 'refund months',
    refundFen: 'refund fen',
    gains: 'gains',
    loses: 'loses',
    mixed: 'mixed',
  },
} as const;

function page({ on, persons, parked, differences, causes, affected }: SimulationResult, language: Language): string {
  const words = WORDS[language];
  const zh = language === 'zh';
  const lines = [
    zh
      ? `截至 ${on}：计算 ${persons} 人，${affected.length} 人受影响${parked > 0 ? `，${parked} 人的事件无法读取` : ''}；规则有 ${differences.length} 处不同`
      : `By ${on}: ${persons} persons evaluated, ${affected.length} affected${parked > 0 ? `, ${parked} cannot be read` : ''}; the packs differ in ${differences.length} keys`,
    '',
  ];
  const head = [
    zh ? '原因' : 'cause',
    zh ? '规则' : 'rules',
    words.gains,
    words.loses,
    words.mixed,
    ...counted.map((figure) => words[figure]),
  ];
  const rows = causes.map(({ cause, rules, gaining, losing, mixed, change }) => [
    cause,
    rules.join(' '),
    String(gaining),
    String(losing),
    String(mixed),
    ...counted.map((figure) => signed(change[figure])),
  ]);
  if (rows.length > 0) lines.push(...table([head, ...rows]), '');
  const people = affected
    .slice(0, PERSONS_SHOWN)
    .map((one) => [
      one.person,
      one.region,
      words[changeOf(one)],
      ...counted.map((figure) =>
        one.after[figure] === one.before[figure] ? '' : signed(one.after[figure] - one.before[figure]),
      ),
      one.before.benefit === one.after.benefit ? '' : `${one.before.benefit} → ${one.after.benefit}`,
      one.causes.join(' '),
    ]);
  const titles = [
    zh ? '人员' : 'person',
    zh ? '统筹区' : 'region',
    '',
    ...counted.map((figure) => words[figure]),
    zh ? '当日待遇' : 'benefit',
    zh ? '原因' : 'cause',
  ];
  if (people.length > 0) lines.push(...table([titles, ...people]));
  const left = affected.length - people.length;
  if (left > 0) lines.push(zh ? `… 另有 ${left} 人；--json 可得全部` : `… ${left} more; --json has all`);
  return `${lines.join('\n')}\n`;
}

function signed(change: number): string {
  return change > 0 ? `+${change}` : String(change);
}
