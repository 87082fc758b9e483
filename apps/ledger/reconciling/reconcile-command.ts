import type { Command } from 'commander';
import { RefusedFile } from '../../../libs/importing';
import { openLedger } from '../../../libs/ledger';
import {
  ExceptionsFile,
  reconcile,
  type Reconciliation,
  type ReconciliationException,
} from '../../../libs/reconciliation';
import { openPolicies } from '../installation';
import { dayIn, knownAtIn, mappingIn, regionIn } from '../option-values';
import { readingStore, storeLocation } from '../store-access';
import { VaultOnDemand, hasVault } from '../vault-access';
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
  on: string;
  knownAt?: string;
  store?: string;
  mapping?: string;
  sheet?: string;
  region?: string;
  out?: string;
  policies?: string;
  quiet?: boolean;
}

const SHOWN = 20;

/** `ledger reconcile FILE --on DAY`: status 0 where everything agrees, 1 where something differs or was refused. */
export function addReconcile(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'reconcile <file>',
    'compare another system’s status extract (CSV, XLSX, JSON lines) with the ledger’s answers; nothing is recorded',
    (command) =>
      command
        .requiredOption('--on <day>', 'the day for which the extract speaks')
        .option('--known-at <when>', 'a day (its last instant), an instant or a position in the log; left out: now')
        .option('--out <file>', 'where every exception is written: .csv, or .jsonl; left out: the first are shown')
        .option('--store <folder>', 'the ledger’s data folder, or the address of an EventStoreDB')
        .option('--mapping <file>', 'an agency’s own columns and codes, laid over the national ones')
        .option('--sheet <name>', 'the sheet of a workbook; left out: its first')
        .option('--region <code>', 'the region of rows that name none, and the only one searched for what they lack')
        .option('-q, --quiet', 'no progress')
        .option('--policies <folder>', 'policy packs other than the ledger’s own')
        .addHelpText(
          'after',
          '\nExit status: 0 everything agrees · 1 something differs or was refused · 2 bad usage or input',
        ),
    ([file], options) => runReconcile(file!, options, terminal),
  );
}

async function runReconcile(file: string, options: Options, terminal: Terminal): Promise<Status> {
  const { on, region, sheet, lang, out } = options;
  if (out !== undefined && !/\.(csv|jsonl|ndjson)$/i.test(out))
    throw new BadInput(`--out: expected a file ending in .csv or .jsonl, got ${JSON.stringify(out)}`);
  const terms = {
    validOn: dayIn('--on', on),
    region: regionIn(region),
    knownAt: knownAtIn('--known-at', options.knownAt),
    mapping: mappingIn(options.mapping),
  };
  const policies = openPolicies(options.policies);
  const list = out === undefined ? undefined : new ExceptionsFile(out, /\.csv$/i.test(out) ? 'csv' : 'jsonl');
  const kept: ReconciliationException[] = [];
  const identities = hasVault(options.store) ? new VaultOnDemand(options.store, true) : undefined;
  const keepAll = options.json === true && list === undefined;
  try {
    const result = await readingStore(storeLocation(options.store), (store) =>
      reconcile({
        file,
        sheet,
        ...terms,
        store,
        ledger: openLedger({ store, policies, clock: Date.now }),
        identities,
        onException: (exception) => {
          list?.add(exception);
          if (keepAll || kept.length < SHOWN) kept.push(exception);
        },
        onProgress: options.quiet
          ? undefined
          : ({ rows, differing }) =>
              terminal.err(
                lang === 'zh'
                  ? `已比对 ${rows} 行，不一致 ${differing} 行\n`
                  : `${rows} rows compared, ${differing} differ\n`,
              ),
      }),
    );
    if (options.json) terminal.out(printedJson(keepAll ? { ...result, list: kept } : result));
    else terminal.out(page(result, kept, out, lang));
    return result.exceptions > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof RefusedFile) throw new BadInput(error.message);
    throw error;
  } finally {
    list?.close();
    await identities?.close();
  }
}

function page(
  result: Reconciliation,
  shown: readonly ReconciliationException[],
  out: string | undefined,
  language: Language,
): string {
  const { basis, rows, matched, differing, refused, missingThere, exceptions, byCause } = result;
  const zh = language === 'zh';
  const lines = [
    zh
      ? `对账：${basis.validOn}，按 ${basis.knownAt} 所知`
      : `Reconciled for ${basis.validOn}, as known at ${basis.knownAt}`,
    zh
      ? `共 ${rows} 行：一致 ${matched}，不一致 ${differing}，拒收 ${refused}；对方缺 ${missingThere} 条关系；差异 ${exceptions} 项`
      : `${rows} rows: ${matched} matched, ${differing} differing, ${refused} refused; ${missingThere} relations missing there; ${exceptions} exceptions`,
    ...byCause.map((one) => `    ${one.exceptions} × ${one.kind} (${one.cause})`),
    ...shown.slice(0, SHOWN).map((one) => shownLine(one, zh)),
  ];
  if (out !== undefined) lines.push(zh ? `全部差异：${out}` : `every exception: ${out}`);
  else if (exceptions > SHOWN)
    lines.push(
      zh
        ? `…… 其余 ${exceptions - SHOWN} 项用 --out 写入文件`
        : `… ${exceptions - SHOWN} more; --out writes them to a file`,
    );
  return `${lines.join('\n')}\n`;
}

function shownLine(
  { line, kind, person, scheme, theirs, ours, zh, en }: ReconciliationException,
  chinese: boolean,
): string {
  const where = line === undefined ? '' : chinese ? `第 ${line} 行 ` : `line ${line} `;
  const values = kind === 'refused' ? '' : ` ${theirs ?? '-'} / ${ours ?? '-'}`;
  return `${where}${[person, scheme].filter(Boolean).join(' ')} ${kind}${values}: ${chinese ? zh : en}`;
}
