import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import {
  NotPrinted,
  checkPacket,
  findPrinter,
  packetText,
  printedPdf,
  statementPage,
  type PacketVerdict,
  type Printer,
} from '../../../libs/disputes';
import { engineIn } from '../../../libs/settings';
import { installation } from '../../../libs/settings';
import {
  BadInput,
  addCommand,
  printedJson,
  type Language,
  type OutputOptions,
  type Status,
  type Terminal,
} from '../terminal';
import { asking, basisOf, found, personOf, withLedgerOptions, writeNew, type DisputeOptions } from './asking';
import { sealing, verifierIn, withEvidenceOptions, type EvidenceOptions } from './evidence-place';

interface Options extends DisputeOptions, EvidenceOptions {
  on?: string;
  known?: string;
  basis?: string;
  against?: string;
  out?: string;
  html?: string;
  pdf?: string;
}

interface CheckOptions extends OutputOptions {
  key?: string;
}

/** `ledger packet PERSON` makes a packet; `ledger packet check FILE` checks one, with status 0 when it holds and 1 when not. */
export function addPacket(program: Command, terminal: Terminal): void {
  const packet = addCommand<Options>(
    program,
    'packet <person>',
    'one file with the answer, its facts, packs and proofs, which anybody can check without this ledger',
    (command) =>
      withEvidenceOptions(withLedgerOptions(command))
        .option('--on <day>', 'the day asked about')
        .option('--known <when>', 'what was known then; left out: now')
        .option('--basis <basis>', 'in place of --on and --known: a whole basis')
        .option('--against <basis>', 'a second basis; the packet says why the answers differ')
        .option('--out <file>', 'the packet, a new file')
        .option('--html <file>', 'also a 待遇核定说明 for print, a new file')
        .option(
          '--pdf <file>',
          'the same as PDF, printed by Chromium (LEDGER_CHROMIUM, or the one in PATH), a new file',
        ),
    ([person], options) => runPacket(personOf(person), options, terminal),
  );
  addCommand<CheckOptions>(
    packet,
    'check <file>',
    'check a packet: its seal, proofs and packs, and the answer by asking again; needs no store and no network',
    (command) => command.option('--key <vkey>', 'the log’s public key as the agency has published it'),
    ([file], options) => runCheck(file!, options, terminal),
  );
}

async function runPacket(person: string, options: Options, terminal: Terminal): Promise<Status> {
  if (options.out === undefined) throw new BadInput('--out: expected the name of a new file');
  if ((options.basis === undefined) === (options.on === undefined))
    throw new BadInput('--on: expected a day, or --basis in its place');
  const text =
    options.basis ?? `validOn=${options.on!}${options.known === undefined ? '' : `,knownAt=${options.known}`}`;
  const basis = basisOf(options.basis === undefined ? '--on or --known' : '--basis', text);
  const against = options.against === undefined ? undefined : basisOf('--against', options.against);
  const printer = options.pdf === undefined ? undefined : printerHere();
  return asking<Status>(options, ({ disputes, store, location }) =>
    sealing<Status>(location, options, async (sealer) => {
      const packet = found(
        person,
        await disputes.packet(person, basis, against, { reader: store, sealer, engine: engineIn(installation()) }),
      );
      writeNew('--out', options.out!, packetText(packet));
      if (options.html !== undefined) writeNew('--html', options.html, statementPage(packet, options.lang));
      if (printer) writeNew('--pdf', options.pdf!, await printed(statementPage(packet, options.lang), printer));
      const { events, packs, key } = packet.content;
      if (options.json)
        terminal.out(printedJson({ file: options.out, events: events.length, packs: packs.length, key }));
      else {
        terminal.out(
          options.lang === 'zh'
            ? `${options.out!}：事件 ${events.length} 件，政策包 ${packs.length} 个\n公钥：${key}\n`
            : `${options.out!}: ${events.length} events, ${packs.length} packs\npublic key: ${key}\n`,
        );
      }
      return 0;
    }),
  );
}

function runCheck(file: string, { key, json, lang }: CheckOptions, terminal: Terminal): Status {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BadInput(`${file} cannot be read: ${(error as Error).message}`);
  }
  const verdict = checkPacket(text, engineIn(installation()), key === undefined ? undefined : verifierIn(key));
  if (json) terminal.out(printedJson(verdict));
  else terminal.out(verdictPage(verdict, key !== undefined, lang));
  return verdict.intact ? 0 : 1;
}

function verdictPage(verdict: PacketVerdict, trusted: boolean, lang: Language): string {
  const zh = lang === 'zh';
  const {
    intact,
    findings,
    person = '—',
    basis = '—',
    against,
    events,
    packs,
    sealed,
    engine,
    key = '—',
    answeredAlike,
  } = verdict;
  const lines = [
    intact
      ? zh
        ? '卷宗完整，重算结果相同'
        : 'the packet holds, and its answer comes out again'
      : zh
        ? '卷宗不可信'
        : 'the packet does not hold',
    `${person}  ${basis}`,
    ...(against === undefined ? [] : [`${zh ? '对照' : 'against'}  ${against}`]),
    zh ? `事件 ${events} 件，政策包 ${packs} 个` : `${events} events, ${packs} packs`,
    ...(sealed
      ? [
          zh
            ? `检查点：${sealed.size} 个事件，签于 ${sealed.signedAt}`
            : `checkpoint: ${sealed.size} events, signed at ${sealed.signedAt}`,
        ]
      : []),
    ...(answeredAlike === undefined
      ? []
      : [zh ? `重算：${answeredAlike ? '相同' : '不同'}` : `asked again: ${answeredAlike ? 'the same' : 'different'}`]),
    ...(engine && !engine.sameAsHere
      ? [
          zh
            ? `注意：制作程序为 ${engine.name} ${engine.version}，与此处版本不同`
            : `note: made by ${engine.name} ${engine.version}, another version than here`,
        ]
      : []),
    ...(trusted
      ? []
      : [
          zh
            ? `签名公钥 ${key}：请与经办机构公布的核对（--key）`
            : `signed by ${key}: compare it with the one the agency has published (--key)`,
        ]),
    ...findings.map(({ where, zh: chinese, en }) => `- ${where}: ${zh ? chinese : en}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The browser that prints. */
export function printerHere(): Printer {
  try {
    return {
      program: findPrinter(process.env['LEDGER_CHROMIUM']),
      sandbox: process.env['LEDGER_CHROMIUM_SANDBOX'] !== 'off',
    };
  } catch (error) {
    if (error instanceof NotPrinted) throw new BadInput(`--pdf: ${error.message}`);
    throw error;
  }
}

/** A page as PDF; where the browser makes none, what it said is bad input. */
export async function printed(page: string, printer: Printer): Promise<Buffer> {
  try {
    return await printedPdf(page, printer);
  } catch (error) {
    if (error instanceof NotPrinted) throw new BadInput(`--pdf: ${error.message}`);
    throw error;
  }
}
