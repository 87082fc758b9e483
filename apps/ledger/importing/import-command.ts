import type { Command } from 'commander';
import {
  RefusedFile,
  RefusedMapping,
  importFiles,
  loadMapping,
  type FileSummary,
  type ImportSummary,
  type Mapping,
} from '../../../libs/importing';
import { openLedger } from '../../../libs/ledger';
import { dataFolder, openPolicies } from '../installation';
import { writingStore } from '../store-access';
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
  store?: string;
  mapping?: string;
  region?: string;
  actor: string;
  migratedFrom?: string;
  policies?: string;
  quiet?: boolean;
}

/** `ledger import FILE…`: status 1 where not a single row could be taken. */
export function addImport(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'import <file...>',
    'take in extracts (CSV with national field names, UTF-8 or GB18030) and events (JSON lines)',
    (command) =>
      command
        .option('--store <folder>', 'the ledger’s data folder, or the address of an EventStoreDB')
        .option('--mapping <file>', 'an agency’s own columns and codes, laid over the national ones')
        .option('--region <code>', 'the region of rows that name none')
        .option('--actor <id>', 'who imports, by account or program', 'import')
        .option(
          '--migrated-from <system>',
          'keep the time at which this system recorded the rows (opt_time, recordedAt)',
        )
        .option('-q, --quiet', 'no progress')
        .option('--policies <folder>', 'policy packs other than the ledger’s own'),
    (files, options) => runImport(files, options, terminal),
  );
}

async function runImport(files: readonly string[], options: Options, terminal: Terminal): Promise<Status> {
  const { region, actor, migratedFrom, lang } = options;
  if (region !== undefined && !/^[1-9]\d{5}$/.test(region))
    throw new BadInput(`--region: expected six digits, got ${JSON.stringify(region)}`);
  const mapping = mappingOf(options.mapping);
  const policies = openPolicies(options.policies);
  const summary = await writingStore(dataFolder(options.store), async (store) => {
    const ledger = openLedger({ store, policies, clock: Date.now });
    try {
      return await importFiles({
        files,
        ledger,
        mapping,
        region,
        actor,
        migratedFrom,
        onProgress: options.quiet
          ? undefined
          : ({ file, rows, events }) => terminal.err(`${file}: ${progressOf(rows, events, lang)}\n`),
      });
    } catch (error) {
      if (error instanceof RefusedFile) throw new BadInput(error.message);
      throw error;
    }
  });
  terminal.out(options.json ? printedJson(summary) : summaryPage(summary, lang));
  return summary.rows > 0 && summary.refused === summary.rows ? 1 : 0;
}

function mappingOf(file: string | undefined): Mapping {
  try {
    return loadMapping(file);
  } catch (error) {
    if (error instanceof RefusedMapping) throw new BadInput(`--mapping: ${error.message}`);
    throw error;
  }
}

function progressOf(rows: number, events: number, language: Language): string {
  return language === 'zh'
    ? `已读 ${counted(rows)} 行，记录 ${counted(events)} 个事件`
    : `${counted(rows)} rows read, ${counted(events)} events recorded`;
}

function summaryPage({ files, rows, recorded, already, refused, events }: ImportSummary, language: Language): string {
  const zh = language === 'zh';
  const total = zh
    ? `共 ${counted(rows)} 行 → ${counted(events)} 个事件：${counted(recorded)} 行记录，${counted(already)} 行已有，${counted(refused)} 行拒收`
    : `${counted(rows)} rows → ${counted(events)} events: ${counted(recorded)} rows recorded, ${counted(already)} already there, ${counted(refused)} refused`;
  return `${files.map((file) => filePage(file, zh)).join('')}${total}\n`;
}

function filePage(
  { file, kind, encoding, rows, recorded, already, refused, events, refusedFile, reasons }: FileSummary,
  zh: boolean,
): string {
  const kinds = {
    relations: zh ? '参保关系' : 'relations',
    payments: zh ? '缴费到账' : 'payments',
    events: zh ? '事件' : 'events',
  };
  const counts = zh
    ? `${counted(rows)} 行 → ${counted(events)} 个事件：${counted(recorded)} 记录，${counted(already)} 已有，${counted(refused)} 拒收`
    : `${counted(rows)} rows → ${counted(events)} events: ${counted(recorded)} recorded, ${counted(already)} already there, ${counted(refused)} refused`;
  const refusals = reasons.slice(0, 8).map(({ reason, rows: times }) => `    ${counted(times)} × ${reason}\n`);
  const where =
    refusedFile === undefined ? '' : `    ${zh ? '拒收行及原因' : 'refused rows and reasons'}: ${refusedFile}\n`;
  return `${file} (${kinds[kind]}, ${encoding.toUpperCase()}): ${counts}\n${refusals.join('')}${where}`;
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
