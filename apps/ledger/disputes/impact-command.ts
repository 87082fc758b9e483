import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import {
  InvalidProposal,
  changeWords,
  isIdle,
  speechOf,
  term,
  type DayChanges,
  type Impact,
  type RegionImpactBegun,
  type RegionImpactDone,
  type RegionImpactStep,
  type Speech,
} from '../../../libs/disputes';
import { BadInput, addCommand, printedJson, type Status, type Terminal } from '../terminal';
import { asking, basisOf, found, personOf, today, withLedgerOptions, type DisputeOptions } from './asking';

interface Options extends DisputeOptions {
  events: string;
  on?: string;
  region?: string;
}

/** `ledger impact`: status 0 when nothing would change, 1 when something would. Nothing is recorded. */
export function addImpact(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'impact [person]',
    'what proposed events would change, before they are recorded: for a person, or with --region for everyone in it',
    (command) =>
      withLedgerOptions(command)
        .requiredOption('--events <file>', 'the proposed events as JSON lines; - is the standard input')
        .option('--on <day>', 'the day asked about; left out: today')
        .option('--region <code>', 'the events are for this region’s stream; with a person, only for him'),
    ([person], options) => runImpact(person, options, terminal),
  );
}

async function runImpact(person: string | undefined, options: Options, terminal: Terminal): Promise<Status> {
  const { region, lang } = options;
  const { validOn } = basisOf(
    '--on or --region',
    `validOn=${options.on ?? today()}${region === undefined ? '' : `,region=${region}`}`,
  );
  if (person === undefined && region === undefined) throw new BadInput('impact: expected a PERSON, or --region CODE');
  const inputs = eventsIn(options.events);
  return asking<Status>(options, async ({ disputes, store, policies }) => {
    const speech = speechOf(policies.packs, lang);
    try {
      if (person === undefined) {
        const impact = await collected(disputes.regionImpact(store, region!, { validOn, events: inputs }));
        terminal.out(options.json ? printedJson(impact) : regionPage(impact, speech));
        return impact.changed.length === 0 ? 0 : 1;
      }
      const stream = region === undefined ? undefined : `region-${region}`;
      const impact = found(person, await disputes.impact(personOf(person), inputs, { validOn, stream }));
      terminal.out(options.json ? printedJson(impact) : impactPage(impact, speech));
      return isIdle(impact) ? 0 : 1;
    } catch (error) {
      if (error instanceof InvalidProposal) throw new BadInput(`${options.events}: ${error.message}`);
      throw error;
    }
  });
}

/** A region's impact as a whole. */
interface RegionImpact extends Omit<RegionImpactBegun, 'kind'>, Omit<RegionImpactDone, 'kind' | 'changed' | 'parked'> {
  changed: Impact[];
  parked: string[];
}

async function collected(steps: AsyncIterable<RegionImpactStep>): Promise<RegionImpact> {
  const changed: Impact[] = [];
  const parked: string[] = [];
  let begun: RegionImpactBegun | undefined;
  for await (const step of steps) {
    if (step.kind === 'begun') begun = step;
    if (step.kind === 'changed') changed.push(step.impact);
    if (step.kind === 'parked') parked.push(step.person);
    if (step.kind !== 'done') continue;
    const { kind: _kind, ...proposal } = begun!;
    const { examined, totals, bearing } = step;
    return { ...proposal, examined, changed, parked, totals, bearing };
  }
  throw new Error('a region’s impact ended without its last word');
}

function eventsIn(file: string): unknown[] {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new BadInput(`--events: ${file} cannot be read: ${(error as Error).message}`);
  }
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new BadInput(`${file}:${index + 1}: not JSON: ${(error as Error).message}`);
    }
  });
}

function impactPage(impact: Impact, speech: Speech): string {
  const zh = speech.language === 'zh';
  const { benefitDays, waitingDays, months, money, other, revision } = impact;
  const lines = [
    ...days(zh ? '待遇天数' : 'benefit days', benefitDays, speech),
    ...days(zh ? '等待天数' : 'waiting days', waitingDays, speech),
    ...[...months, ...money, ...other].map((change) => changeWords(change, speech)),
  ];
  if (lines.length === 0) lines.push(zh ? '没有任何变化' : 'nothing would change');
  lines.push(
    '',
    zh
      ? `尚未记录任何内容。该人事件流现为第 ${revision} 号；以 If-Match 或预期修订号 ${revision} 记录，即只在此基础上生效`
      : `nothing was recorded; the person’s stream stands at revision ${revision}: record with it as the expected revision to record on this basis only`,
  );
  return `${lines.join('\n')}\n`;
}

function days(label: string, changes: readonly DayChanges[], { language, region: named }: Speech): string[] {
  const bearers = BEARERS[language];
  return changes.flatMap(({ scheme, region, gained, lost, gainedDays, lostDays }) => [
    `${label} ${term(scheme, language)} ${region === undefined ? '' : named(region)}: +${gainedDays} −${lostDays}`,
    ...[...gained.map((run) => ['+', run] as const), ...lost.map((run) => ['−', run] as const)].map(
      ([sign, { from, through = '', bearing }]) =>
        `    ${sign} ${from}–${through}  ${bearers[bearing.who]}${bearing.rule === undefined ? '' : ` (${bearing.rule})`}`,
    ),
  ]);
}

const BEARERS = {
  zh: { fund: '基金承担', notFund: '基金不承担', notStated: '由谁承担文件未规定' },
  en: { fund: 'borne by the fund', notFund: 'not borne by the fund', notStated: 'no rule says who bears it' },
} as const;

function bearingLine({ who, rule, ...days }: RegionImpact['bearing'][number], zh: boolean): string {
  const { benefitDaysGained, benefitDaysLost, waitingDaysGained, waitingDaysLost } = days;
  const borne = `${BEARERS[zh ? 'zh' : 'en'][who]}${rule === undefined ? '' : ` (${rule})`}`;
  return zh
    ? `    ${borne}：待遇天数 +${benefitDaysGained} −${benefitDaysLost}，等待天数 +${waitingDaysGained} −${waitingDaysLost}`
    : `    ${borne}: benefit days +${benefitDaysGained} −${benefitDaysLost}, waiting days +${waitingDaysGained} −${waitingDaysLost}`;
}

function regionPage(impacts: RegionImpact, speech: Speech): string {
  const { region, examined, changed, parked, totals, bearing, warnings = [] } = impacts;
  const zh = speech.language === 'zh';
  const place = speech.region(region);
  const { benefitDaysGained, benefitDaysLost, waitingDaysGained, waitingDaysLost } = totals;
  const lines = [
    ...warnings.map(({ field, value, [speech.language]: words }) => `${field} ${value}: ${words}`),
    zh
      ? `${place}：涉及 ${examined} 人，其中 ${changed.length} 人结果变化；待遇天数 +${benefitDaysGained} −${benefitDaysLost}，等待天数 +${waitingDaysGained} −${waitingDaysLost}`
      : `${place}: ${examined} people touched, ${changed.length} changed; benefit days +${benefitDaysGained} −${benefitDaysLost}, waiting days +${waitingDaysGained} −${waitingDaysLost}`,
    ...bearing.map((borne) => bearingLine(borne, zh)),
    ...(parked.length > 0
      ? [zh ? `无法核定：${parked.join('、')}` : `cannot be answered about: ${parked.join(', ')}`]
      : []),
    ...changed.flatMap((impact) => ['', impact.person, impactPage(impact, speech).trimEnd()]),
  ];
  return `${lines.join('\n')}\n`;
}
