import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { auditFile, checkAudit, readAudit, type AuditQuestion } from '../../../libs/access';
import { toInstant } from '../../../libs/calendar';
import { dataFolder } from '../installation';
import { table } from '../pages';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import { accessWords } from './words';

interface Options extends OutputOptions {
  data?: string;
  person?: string;
  subject?: string;
  since?: string;
  until?: string;
  refused?: boolean;
  after?: string;
  limit: string;
  check?: boolean;
  noted?: string;
}

/** `ledger access audit`: who read whom and who was refused; with `--check` whether every row is there as it was written. */
export function addAudit(access: Command, terminal: Terminal): void {
  addCommand<Options>(
    access,
    'audit',
    'who read whom and who was refused; --check: whether the trail is whole, status 1 where it is not',
    (command) =>
      command
        .option('--person <id>', 'only what was done about this person')
        .option('--subject <subject>', 'only what he did')
        .option('--since <when>', 'from this day or instant on')
        .option('--until <when>', 'before this day or instant')
        .option('--refused', 'only those who were not let in')
        .option('--after <number>', 'rows after this one')
        .option('--limit <rows>', 'how many at most', '200')
        .option('--check', 'read the whole trail and find rows that were changed or are missing')
        .option('--noted <number:hash>', 'with --check: a head that an earlier check gave')
        .option('--data <folder>', 'the data folder of the server'),
    (_, options) => runAudit(options, terminal),
  );
}

function runAudit(options: Options, terminal: Terminal): Status {
  const file = auditFile(dataFolder(options.data));
  if (!existsSync(file)) throw new BadInput(`--data: there is no audit trail at ${file}`);
  if (options.noted !== undefined && !options.check) throw new BadInput('--noted: expected --check with it');
  return options.check ? check(file, options, terminal) : show(file, options, terminal);
}

function check(file: string, { noted, json, lang }: Options, terminal: Terminal): Status {
  const words = accessWords[lang];
  const verdict = checkAudit(file, headIn(noted));
  const { rows, head, faults } = verdict;
  if (json) terminal.out(printedJson(verdict));
  else {
    for (const fault of faults) terminal.err(`${fault}\n`);
    terminal.out(
      `${faults.length === 0 ? words.whole(rows) : words.broken(rows)}\n${words.head} ${head.seq}:${head.hash}\n`,
    );
  }
  return faults.length === 0 ? 0 : 1;
}

function show(file: string, options: Options, terminal: Terminal): Status {
  const { person, subject, refused } = options;
  const question: AuditQuestion = {
    after: whole('--after', options.after ?? '0'),
    limit: whole('--limit', options.limit),
    person,
    subject,
    refused,
    since: instantIn('--since', options.since),
    until: instantIn('--until', options.until),
  };
  const rows = readAudit(file, question);
  if (options.json) terminal.out(printedJson(rows));
  else {
    const words = accessWords[options.lang];
    const lines = rows.map((row) => [
      String(row.seq),
      row.at,
      row.subject,
      row.action,
      row.person ?? '',
      row.basis ?? '',
      row.outcome,
      row.correlation,
    ]);
    terminal.out(rows.length === 0 ? `${words.noRows}\n` : `${table([words.auditColumns, ...lines]).join('\n')}\n`);
  }
  return 0;
}

function headIn(text: string | undefined): { seq: number; hash: string } | undefined {
  if (text === undefined) return undefined;
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new BadInput(`--noted ${text}: expected number:hash as --check gives it`);
  return { seq: Number(seq), hash };
}

function instantIn(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const instant = toInstant(text);
  if (instant === undefined)
    throw new BadInput(`${option} ${text}: expected a day, or an instant such as 2022-10-31T17:00:00+08:00`);
  return instant;
}

function whole(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new BadInput(`${option} ${text}: expected a whole number`);
  return Number(text);
}
