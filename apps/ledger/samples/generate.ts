import { encode } from 'iconv-lite';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMapping, openSource } from '../../../libs/importing';
import type { LedgerEvent } from '../../../events';
import { installationFolder } from '../installation';
import type { RegionExtract } from './extract';
import { lianyungangExtract } from './lianyungang';
import { tielingExtract } from './tieling';

/** The system the samples' history comes from: what they are imported with. */
const SAMPLES_SYSTEM = 'samples';

/** Writes the sample files of both regions. The same on every machine and every day. */
export async function writeSamples(folder: string): Promise<void> {
  await writeRegion(join(folder, '211200-tieling'), '铁岭 Tieling (211200)', tielingExtract());
  await writeRegion(join(folder, '320700-lianyungang'), '连云港 Lianyungang (320700)', lianyungangExtract());
}

async function writeRegion(folder: string, name: string, extract: RegionExtract): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'relations.csv'), `\uFEFF${extract.relationsCsv()}`);
  writeFileSync(join(folder, 'payments.csv'), extract.paymentsCsv());
  writeFileSync(join(folder, 'payments-gb18030.csv'), encode(extract.latePaymentsCsv(), 'gb18030'));
  const payments = await paymentsIn(join(folder, 'payments.csv'));
  const lines = [...extract.events, ...extract.corrections.map((correction) => correctionLine(correction, payments))];
  writeFileSync(join(folder, 'events.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  writeFileSync(join(folder, 'README.md'), pageOf(name, extract));
}

/** The payments of a file by person and first fee month, with the ids that an import gives them. */
async function paymentsIn(file: string): Promise<Map<string, LedgerEvent>> {
  const source = await openSource(file, { mapping: loadMapping() }, { actor: SAMPLES_SYSTEM, migratedFrom: SAMPLES_SYSTEM });
  const payments = new Map<string, LedgerEvent>();
  for await (const rows of source.rows()) {
    for (const row of rows) {
      const read = readable(() => source.read(row));
      if (read === undefined || !('facts' in read)) continue;
      for (const fact of read.facts) {
        if (fact.type === 'Paid') payments.set(`${fact.stream} ${fact.data.feeMonths?.from ?? ''}`, fact);
      }
    }
  }
  return payments;
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function correctionLine(
  { person, feeMonth, effectiveOn, data, on, recordedAt, reason }: RegionExtract['corrections'][number],
  payments: ReadonlyMap<string, LedgerEvent>,
): object {
  const target = payments.get(`person-${person} ${feeMonth}`);
  if (!target) throw new Error(`no payment of ${person} for ${feeMonth}`);
  return { type: 'Corrected', person, effectiveOn: on, recordedAt, data: { target: target.id, effectiveOn, data, reason } };
}

function pageOf(name: string, { stories }: RegionExtract): string {
  return [
    `# ${name}`,
    '虚构人员的样例文件；由 `apps/ledger/samples` 生成，请勿手改。Invented people; written by `apps/ledger/samples`, not by hand.',
    '```\nbin/ledger import --store data --migrated-from samples relations.csv payments.csv payments-gb18030.csv events.jsonl\n```',
    '| 人员 person | 情形 | what it shows |\n|---|---|---|\n' +
      stories.map(({ person, zh, en }) => `| ${person} | ${zh} | ${en} |`).join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

if (require.main === module) void writeSamples(process.argv[2] ?? join(installationFolder(), 'samples'));
