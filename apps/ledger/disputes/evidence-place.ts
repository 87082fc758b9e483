import type { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  EvidenceFile,
  Sealer,
  evidenceIn,
  signerName,
  signerOf,
  verifierOf,
  type HashAlgorithm,
  type SignatureScheme,
  type Verifier,
} from '../../../libs/evidence';
import { isServerAddress, storeFile } from '../../../libs/ledger';
import { BadInput } from '../terminal';

/** Where the evidence is. */
export interface EvidenceOptions {
  evidence?: string;
  keyFile?: string;
  algorithm?: HashAlgorithm;
  signature?: SignatureScheme;
  logName?: string;
}

export function withEvidenceOptions(command: Command): Command {
  return command
    .option(
      '--evidence <folder>',
      'where the evidence of the log is; left out: LEDGER_EVIDENCE, or beside the store’s file',
    )
    .option(
      '--key-file <file>',
      'the private key that signs, Ed25519 or SM2; left out: LEDGER_EVIDENCE_KEY, or evidence-key.pem there',
    );
}

/** The evidence file and the key file. */
export function placeOf(location: string, { evidence, keyFile }: EvidenceOptions): { file: string; keyFile: string } {
  const folder = evidence ?? process.env['LEDGER_EVIDENCE'];
  if (folder === undefined && isServerAddress(location)) {
    throw new BadInput('--evidence: expected a folder for the evidence of a log that is on a server');
  }
  const place = evidenceIn(folder ?? dirname(storeFile(location)));
  return { ...place, keyFile: keyFile ?? process.env['LEDGER_EVIDENCE_KEY'] ?? place.keyFile };
}

/** Opens the evidence for adding to it, and closes it. */
export async function sealing<T>(
  location: string,
  options: EvidenceOptions,
  use: (sealer: Sealer) => Promise<T>,
): Promise<T> {
  let sealer: Sealer;
  try {
    sealer = Sealer.open({
      ...placeOf(location, options),
      algorithm: options.algorithm,
      signature: options.signature,
      name: options.logName,
    });
  } catch (error) {
    throw new BadInput(`--evidence: ${(error as Error).message}`);
  }
  try {
    return await use(sealer);
  } finally {
    sealer.close();
  }
}

/** Opens the evidence for reading, with the public key that is to be believed: the one given, or that of the key file. */
export async function readingEvidence<T>(
  location: string,
  options: EvidenceOptions & { key?: string },
  use: (evidence: EvidenceFile, verifier: Verifier) => Promise<T>,
): Promise<T> {
  const { file, keyFile } = placeOf(location, options);
  let evidence: EvidenceFile;
  try {
    evidence = EvidenceFile.read(file);
  } catch (error) {
    throw new BadInput(`--evidence: ${(error as Error).message}`);
  }
  try {
    if (options.key === undefined && !existsSync(keyFile)) {
      throw new BadInput(
        `--key: expected the public key of the log (name+id+key); there is no key file ${keyFile} either`,
      );
    }
    const verifier =
      options.key === undefined
        ? signerOf(signerName(evidence.origin), readFileSync(keyFile, 'utf8')).verifier
        : verifierIn(options.key);
    return await use(evidence, verifier);
  } catch (error) {
    if (!/^SQLITE_(CORRUPT|NOTADB|IOERR)/.test((error as { code?: string }).code ?? '')) throw error;
    throw new BadInput(
      `--evidence: ${file}, or the store, is damaged or was cut (${(error as Error).message}); nothing of it can be believed`,
    );
  } finally {
    evidence.close();
  }
}

export function verifierIn(key: string): Verifier {
  try {
    return verifierOf(key);
  } catch (error) {
    throw new BadInput(`--key: ${(error as Error).message}`);
  }
}
