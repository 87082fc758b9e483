import type { Command } from 'commander';
import { causeWords, changeWords, speechOf, type DifferenceReport, type Speech } from '../../../libs/disputes';
import { addCommand, printedJson, type Status, type Terminal } from '../terminal';
import { asking, basisOf, found, personOf, withLedgerOptions, type DisputeOptions } from './asking';

interface Options extends DisputeOptions {
  from: string;
  to: string;
}

/** `ledger diff`: status 0 when the answers say the same, 1 when they differ. */
export function addDiff(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'diff <person>',
    'why the answers at two bases differ: each changed span and figure with its cause',
    (command) =>
      withLedgerOptions(command)
        .requiredOption('--from <basis>', 'such as validOn=2022-07-15,knownAt=2022-10-01,as=decidedThen')
        .requiredOption('--to <basis>', 'such as validOn=2022-07-15,reading=A-01:B,pack=<region>:<version>'),
    ([person], options) => runDiff(personOf(person), options, terminal),
  );
}

async function runDiff(person: string, options: Options, terminal: Terminal): Promise<Status> {
  const from = basisOf('--from', options.from);
  const to = basisOf('--to', options.to);
  return asking<Status>(options, async ({ disputes, policies }) => {
    const report = found(person, await disputes.difference(person, from, to));
    const page = () => differencePage(report, speechOf(policies.packs, options.lang));
    terminal.out(options.json ? printedJson(report) : page());
    return report.changes.length === 0 ? 0 : 1;
  });
}

/** Each change with the numbers of its causes, and the causes under their numbers. */
function differencePage(
  { from, to, changes, causes, withoutEffect, unsifted }: DifferenceReport,
  speech: Speech,
): string {
  const zh = speech.language === 'zh';
  const lines = [
    `${zh ? '甲' : 'from'}  ${from.basis.text}`,
    `${zh ? '乙' : 'to  '}  ${to.basis.text}`,
    '─'.repeat(60),
    ...(changes.length === 0 ? [zh ? '两次核定结果相同' : 'the answers say the same'] : []),
    ...changes.map(
      (change) => `${changeWords(change, speech)}  [${change.causes.map((index) => index + 1).join(', ')}]`,
    ),
    ...(causes.length > 0 ? ['', zh ? '原因：' : 'Causes:'] : []),
    ...causes.map((cause, index) => `  [${index + 1}] ${causeWords(cause, speech)}`),
  ];
  if (withoutEffect > 0) {
    lines.push(
      '',
      zh
        ? `两个口径之间另有 ${withoutEffect} 项不同，不影响结果`
        : `${withoutEffect} other differences between the bases change nothing`,
    );
  }
  if (unsifted) {
    lines.push(
      '',
      zh
        ? '两个口径差别太多，未逐一排除：所列原因齐全，但其中有的可能并非必要。请取相距较近的口径'
        : 'the bases differ in too much to try it all: the causes are complete, but some may not be needed; take bases that are closer',
    );
  }
  return `${lines.join('\n')}\n`;
}
