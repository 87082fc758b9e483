import type { Command } from 'commander';
import {
  RefusedFile,
  importFiles,
  journalBeside,
  withoutRefusedRows,
  type FileSummary,
  type ImportProgress,
  type ImportSummary,
} from '../../../libs/importing';
import { openLedger } from '../../../libs/ledger';
import { openPolicies } from '../installation';
import { mappingIn, regionIn } from '../option-values';
import { storeLocation, writingStore } from '../store-access';
import { VaultOnDemand } from '../vault-access';
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
  sheet?: string;
  region?: string;
  actor: string;
  migratedFrom?: string;
  policies?: string;
  quiet?: boolean;
}

/** `ledger import FILE…`: status 0 where every row is recorded or was there, 1 where rows were refused, 2 where a file was refused whole. */
export function addImport(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'import <file...>',
    'take in extracts (CSV or XLSX with national field names, UTF-8 or GB18030) and JSON lines (events, or rows)',
    (command) =>
      command
        .option('--store <folder>', 'the ledger’s data folder, or the address of an EventStoreDB')
        .option('--mapping <file>', 'an agency’s own columns and codes, laid over the national ones')
        .option('--sheet <name>', 'the sheet of a workbook; left out: its first')
        .option('--region <code>', 'the region of rows that name none')
        .option('--actor <id>', 'who imports, by account or program', 'import')
        .option(
          '--migrated-from <system>',
          'keep the time at which this system recorded the rows (opt_time, recordedAt)',
        )
        .option('-q, --quiet', 'no progress')
        .option('--policies <folder>', 'policy packs other than the ledger’s own')
        .addHelpText(
          'after',
          '\nExit status: 0 every row is recorded or was there · 1 rows were refused (see the lists) · 2 bad usage, or a file refused whole',
        ),
    (files, options) => runImport(files, options, terminal),
  );
}

async function runImport(named: readonly string[], options: Options, terminal: Terminal): Promise<Status> {
  const { region, actor, migratedFrom, sheet, lang } = options;
  const terms = { region: regionIn(region), mapping: mappingIn(options.mapping) };
  const policies = openPolicies(options.policies);
  const { files, leftOut } = withoutRefusedRows([...new Set(named)]);
  for (const file of leftOut) terminal.err(`${leftOutLine(file, lang)}\n`);
  const summary = await writingStore(storeLocation(options.store), async (store) => {
    const ledger = openLedger({ store, policies, clock: Date.now });
    const identities = new VaultOnDemand(options.store);
    try {
      return await importFiles({
        files,
        ledger,
        ...terms,
        sheet,
        actor,
        migratedFrom,
        identities,
        journal: journalBeside(files),
        onProgress: options.quiet ? undefined : (progress) => terminal.err(`${progressOf(progress, lang)}\n`),
      });
    } catch (error) {
      if (error instanceof RefusedFile) throw new BadInput(error.message);
      throw error;
    } finally {
      await identities.close();
    }
  });
  terminal.out(options.json ? printedJson(summary) : summaryPage(summary, lang));
  return summary.refused > 0 ? 1 : 0;
}

function leftOutLine(file: string, language: Language): string {
  return language === 'zh'
    ? `${file}：前次导入的拒收行清单，不作为文件导入；改好后单独导入`
    : `${file}: left out, it lists the refused rows of an earlier import; mend them and import it by itself`;
}

function progressOf({ file, rows, events, refused }: ImportProgress, language: Language): string {
  return language === 'zh'
    ? `${file}: 已读 ${counted(rows)} 行，记录 ${counted(events)} 个事件，拒收 ${counted(refused)} 行`
    : `${file}: ${counted(rows)} rows read, ${counted(events)} events recorded, ${counted(refused)} rows refused`;
}

function summaryPage(
  { files, rows, recorded, already, refused, events, resumedAfter }: ImportSummary,
  language: Language,
): string {
  const zh = language === 'zh';
  const resumed =
    resumedAfter === undefined
      ? ''
      : zh
        ? `前次导入中断，自已办结的 ${counted(resumedAfter)} 行之后继续\n`
        : `an earlier run broke off; went on after the ${counted(resumedAfter)} rows that it had settled\n`;
  const total = zh
    ? `共 ${counted(rows)} 行 → ${counted(events)} 个事件：${counted(recorded)} 行记录，${counted(already)} 行已有，${counted(refused)} 行拒收`
    : `${counted(rows)} rows → ${counted(events)} events: ${counted(recorded)} rows recorded, ${counted(already)} already there, ${counted(refused)} refused`;
  return `${resumed}${files.map((file) => filePage(file, zh)).join('')}${total}\n`;
}

function filePage(
  { file, kind, encoding, sheet, rows, recorded, already, refused, events, refusedFile, reasons }: FileSummary,
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
  return `${file} (${kinds[kind]}, ${sheet ?? encoding.toUpperCase()}): ${counts}\n${refusals.join('')}${where}`;
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
