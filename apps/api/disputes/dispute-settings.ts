import { dirname, resolve } from 'node:path';
import { evidenceIn } from '../../../libs/evidence';
import { storeFile } from '../../../libs/ledger';
import type { Places, SettingsReader } from '../../../libs/settings';

/** Where the evidence of the log is, and by what pages are printed. */
export interface DisputeSettings {
  evidence: { file: string; keyFile: string };
  /** The Chromium that makes PDFs; left out: the first known in PATH. */
  chromium: string | undefined;
  chromiumSandbox: boolean;
}

/** The names of these settings, each with its default. */
export const disputeNames = {
  LEDGER_EVIDENCE: 'beside the store’s file, or LEDGER_DATA',
  LEDGER_EVIDENCE_KEY: '<LEDGER_EVIDENCE>/evidence-key.pem',
  LEDGER_CHROMIUM: 'the first of chromium, chromium-browser, google-chrome in PATH',
  LEDGER_CHROMIUM_SANDBOX: 'on',
} as const;

/** Reads them; what is wrong is kept by the reader. */
export function readDisputes(
  reader: SettingsReader<keyof typeof disputeNames>,
  { data, store }: Places,
  folder: string,
): DisputeSettings {
  const beside = store.kind === 'embedded' ? dirname(storeFile(store.location)) : data;
  const place = evidenceIn(resolve(folder, reader.text('LEDGER_EVIDENCE', beside)));
  const chromium = reader.text('LEDGER_CHROMIUM', '');
  return {
    evidence: { file: place.file, keyFile: resolve(folder, reader.text('LEDGER_EVIDENCE_KEY', place.keyFile)) },
    chromium: chromium === '' ? undefined : chromium,
    chromiumSandbox: reader.word('LEDGER_CHROMIUM_SANDBOX', 'on', ['on', 'off']) === 'on',
  };
}
