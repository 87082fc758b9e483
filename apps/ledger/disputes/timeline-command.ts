import type { Command } from 'commander';
import { speechOf, term, timelinePage, type Timeline } from '../../../libs/disputes';
import { table } from '../pages';
import { addCommand, printedJson, type Language, type Status, type Terminal } from '../terminal';
import { printed, printerHere } from './packet-command';
import { asking, basisOf, found, personOf, today, withLedgerOptions, writeNew, type DisputeOptions } from './asking';

interface Options extends DisputeOptions {
  on?: string;
  region?: string;
  html?: string;
  pdf?: string;
}

/** `ledger timeline`: everything recorded about a person, and what was held at each moment of knowledge. */
export function addTimeline(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'timeline <person>',
    'everything recorded about a person on both axes of time, and the spans as each moment knew them',
    (command) =>
      withLedgerOptions(command)
        .option('--on <day>', 'the day asked about; left out: today')
        .option('--region <code>', 'the region whose rules are asked about; left out: the person’s own')
        .option('--html <file>', 'write a page for print')
        .option('--pdf <file>', 'the same as PDF, printed by Chromium'),
    ([person], options) => runTimeline(personOf(person), options, terminal),
  );
}

async function runTimeline(person: string, options: Options, terminal: Terminal): Promise<Status> {
  const region = options.region === undefined ? '' : `,region=${options.region}`;
  const { validOn, region: asked } = basisOf('--on or --region', `validOn=${options.on ?? today()}${region}`);
  const printer = options.pdf === undefined ? undefined : printerHere();
  return asking<Status>(options, async ({ disputes, policies }) => {
    const timeline = found(person, await disputes.timeline(person, { validOn, region: asked }));
    const forPrint = () => timelinePage(timeline, speechOf(policies.packs, options.lang));
    if (options.html !== undefined) writeNew('--html', options.html, forPrint());
    if (printer) writeNew('--pdf', options.pdf!, await printed(forPrint(), printer));
    if (options.json) terminal.out(printedJson(timeline));
    else if (options.html === undefined && !printer) terminal.out(page(timeline, options.lang));
    return 0;
  });
}

function page({ events, states }: Timeline, lang: Language): string {
  const zh = lang === 'zh';
  const span = ({ from, through = '' }: { from: string; through?: string }) => `${from}–${through}`;
  const lines = [
    ...table([
      zh ? ['生效日', '记录时间', '迟（天）', '事件', '编号'] : ['holds on', 'recorded', 'days late', 'event', 'id'],
      ...events.map(({ effectiveOn, recordedAt, lateDays, type, id, amendedBy }) => [
        effectiveOn,
        recordedAt,
        String(lateDays),
        `${term(type, lang)}${amendedBy.length > 0 ? ' *' : ''}`,
        id,
      ]),
    ]),
    '',
    ...table([
      zh ? ['所知截至', '待遇', '等待期', '待遇期间'] : ['known at', 'benefits', 'waiting', 'coverage'],
      ...states.map(({ knownAt, benefit, waitingPeriods, coverage }) => [
        knownAt,
        term(benefit.status, lang),
        waitingPeriods.map(span).join(' ') || '—',
        coverage.map(span).join(' ') || '—',
      ]),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}
