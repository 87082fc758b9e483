import { Option, type Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { openEmbeddedReader, type EventReader } from '../../../libs/event-store';
import { isServerAddress, instantOf, storeFile } from '../../../libs/ledger';
import {
  addToWitness,
  eventsOutOfOrder,
  extendedBy,
  extensionOf,
  makeKey,
  readWitness,
  verifiedCheckpoint,
  verifyLog,
  type EvidenceFile,
  type LogVerdict,
  type SignatureScheme,
  type Verifier,
} from '../../../libs/evidence';
import { readingStore, storeLocation, using } from '../store-access';
import {
  BadInput,
  addCommand,
  printedJson,
  type Language,
  type OutputOptions,
  type Status,
  type Terminal,
} from '../terminal';
import { writeNew } from './asking';
import { readingEvidence, sealing, verifierIn, withEvidenceOptions, type EvidenceOptions } from './evidence-place';

/** What the check of the log can be told. */
export interface VerifyLogOptions extends OutputOptions, EvidenceOptions {
  store?: string;
  key?: string;
  witness?: string;
}

interface Options extends VerifyLogOptions {
  out?: string;
}

/** `ledger evidence`: hashes, checkpoints and checks of the whole log. */
export function addEvidence(program: Command, terminal: Terminal): void {
  const evidence = program
    .command('evidence')
    .description('the hashes of the log, signed: made, checked, and kept elsewhere');
  const common = (command: Command) =>
    withEvidenceOptions(command.option('--store <folder>', 'the ledger’s data folder, or the address of its store'));

  addCommand<Options>(
    evidence,
    'seal',
    'hash what the log holds and sign a checkpoint',
    (command) =>
      common(command)
        .addOption(new Option('--algorithm <name>', 'of a new evidence file').choices(['sm3', 'sha256']).default('sm3'))
        .addOption(signatureOption())
        .option('--log-name <name>', 'of a new evidence file: who signs; left out: made up'),
    (_, options) => runSeal(options, terminal),
  );
  addCommand<KeyOptions>(
    evidence,
    'key',
    'make a private key in a new file, for --key-file or LEDGER_EVIDENCE_KEY',
    (command) => command.requiredOption('--out <file>', 'the key file').addOption(signatureOption()),
    (_, options) => runKey(options, terminal),
  );
  addCommand<Options>(
    evidence,
    'follow',
    'go on hashing the log as it grows, until stopped',
    (command) => common(command),
    (_, options) => runFollow(options, terminal),
  );
  addCommand<Options>(
    evidence,
    'verify',
    'check the whole log against its hashes and checkpoints, and name the first event that was altered, lost or put in',
    (command) =>
      withVerifyLogOptions(command.option('--store <folder>', 'the ledger’s data folder, or the address of its store')),
    (_, options) => verifyTheLog(options, terminal),
  );
  addCommand<Options>(
    evidence,
    'witness',
    'add the last checkpoint to a witness file, to be kept where the agency cannot change it',
    (command) => common(command).requiredOption('--out <file>', 'the witness file, made where there is none'),
    (_, options) => runWitness(options, terminal),
  );
  addCommand<ExtensionOptions>(
    evidence,
    'extension',
    'for a witness without the log: prove that the log of so many events is the beginning of the last checkpoint',
    (command) =>
      common(command)
        .requiredOption('--from <size>', 'the events of the checkpoint that the witness keeps, its second line')
        .option('--out <file>', 'where the proof goes; left out: printed'),
    (_, options) => runExtension(options, terminal),
  );
  addCommand<ExtendOptions>(
    evidence,
    'extend',
    'as a witness, without the log: check such a proof, and add its checkpoint to the witness file',
    (command) =>
      command
        .requiredOption('--witness <file>', 'the witness file')
        .requiredOption('--extension <file>', 'the proof')
        .requiredOption('--key <vkey>', 'the public key of the log, name+id+key'),
    (_, options) => runExtend(options, terminal),
  );
}

interface ExtensionOptions extends Options {
  from: string;
}

interface ExtendOptions extends OutputOptions {
  witness: string;
  extension: string;
  key: string;
}

interface KeyOptions extends OutputOptions {
  out: string;
  signature?: SignatureScheme;
}

function signatureOption(): Option {
  return new Option('--signature <scheme>', 'how a new key signs; left out: ed25519').choices(['ed25519', 'sm2']);
}

function runKey({ out, signature, lang }: KeyOptions, terminal: Terminal): Status {
  try {
    makeKey(out, signature);
  } catch (error) {
    throw new BadInput(`--out: ${out} cannot be written: ${(error as Error).message}`);
  }
  terminal.out(
    lang === 'zh'
      ? `${out}：新的 ${signature ?? 'ed25519'} 私钥，请妥善保管\n`
      : `${out}: a new ${signature ?? 'ed25519'} private key; keep it safe\n`,
  );
  return 0;
}

/** The options of the check of the log, beside that of the store. */
export function withVerifyLogOptions(command: Command): Command {
  return withEvidenceOptions(command)
    .option('--key <vkey>', 'the public key to believe, name+id+key; left out: that of the key file')
    .option('--witness <file>', 'checkpoints kept elsewhere');
}

async function runSeal(options: Options, terminal: Terminal): Promise<Status> {
  const location = storeLocation(options.store);
  return readingStore<Status>(location, (store) =>
    sealing<Status>(location, options, async (sealer) => {
      const { size, note } = await sealer.catchUp(store, instantOf(Date.now()));
      if (options.json) terminal.out(printedJson({ size, key: sealer.vkey, checkpoint: note }));
      else terminal.out(`${note}\n${options.lang === 'zh' ? '公钥' : 'public key'}: ${sealer.vkey}\n`);
      return 0;
    }),
  );
}

async function runFollow(options: Options, terminal: Terminal): Promise<Status> {
  const location = storeLocation(options.store);
  return readingStore<Status>(location, (store) =>
    sealing<Status>(location, options, async (sealer) => {
      const following = sealer.follow(store, { now: () => instantOf(Date.now()) });
      terminal.err(
        options.lang === 'zh' ? 'ledger: 正在跟随日志，Ctrl-C 停止\n' : 'ledger: following the log; Ctrl-C stops\n',
      );
      const stop = () => void following.stop();
      process.once('SIGINT', stop).once('SIGTERM', stop);
      await following.closed;
      await following.stop();
      return 0;
    }),
  );
}

/** `ledger evidence verify`, and `ledger verify --log`: status 0 when the log is whole, 1 when not. */
export async function verifyTheLog(options: VerifyLogOptions, terminal: Terminal): Promise<Status> {
  const location = storeLocation(options.store);
  const witness = options.witness === undefined ? [] : notesIn(options.witness);
  return readingAsItStands<Status>(location, (store) =>
    readingEvidence(location, options, async (evidence, verifier) => {
      const start = performance.now();
      const file = isServerAddress(location) ? undefined : storeFile(location);
      const many = evidence.head().size >= WORTH_THREADS;
      const verdict = await verifyLog({
        reader: store,
        evidence,
        verifier,
        witness,
        ...(file === undefined ? {} : { outOfOrder: (hashed: bigint) => eventsOutOfOrder(file, hashed) }),
        ...(many
          ? { threads: { log: file === undefined ? { address: location } : { file }, count: availableParallelism() } }
          : {}),
      });
      const seconds = (performance.now() - start) / 1000;
      if (options.json) terminal.out(printedJson({ ...verdict, seconds }));
      else terminal.out(verdictPage(verdict, seconds, options.lang));
      return verdict.intact ? 0 : 1;
    }),
  );
}

/** Starting threads takes as long as checking this many events. */
const WORTH_THREADS = 20_000;

/** The store, also where it is so damaged that nothing else would open it. */
async function readingAsItStands<T>(location: string, use: (store: EventReader) => Promise<T>): Promise<T> {
  if (isServerAddress(location)) return readingStore(location, use);
  const file = storeFile(location);
  if (!existsSync(file)) throw new BadInput(`--store: there is no event store at ${file}`);
  return using(() => openEmbeddedReader({ file, asItStands: true }), use);
}

async function runWitness(options: Options, terminal: Terminal): Promise<Status> {
  return readingEvidence<Status>(storeLocation(options.store), options, async (evidence, verifier) => {
    const last = lastSigned(evidence, verifier);
    if (existsSync(options.out!)) notesIn(options.out!);
    const added = addToWitness(options.out!, last.note);
    const { size } = last;
    terminal.out(
      options.lang === 'zh'
        ? `检查点（${size} 个事件）${added ? '已加入' : '早已在'} ${options.out!}\n`
        : `the checkpoint of ${size} events ${added ? 'was added to' : 'is already in'} ${options.out!}\n`,
    );
    return 0;
  });
}

/** The last checkpoint, with the size that is signed. */
function lastSigned(evidence: EvidenceFile, verifier: Verifier): { note: string; size: number } {
  const last = evidence.lastCheckpoint();
  const signed = last && verifiedCheckpoint(last.note, verifier);
  if (!signed) throw new BadInput('--evidence: there is no signed checkpoint yet; run ledger evidence seal');
  return { note: last.note, size: signed.size };
}

async function runExtension(options: ExtensionOptions, terminal: Terminal): Promise<Status> {
  if (!/^(0|[1-9]\d{0,14})$/.test(options.from))
    throw new BadInput(`--from: expected how many events, a whole number, got ${JSON.stringify(options.from)}`);
  const from = Number(options.from);
  return readingEvidence<Status>(storeLocation(options.store), options, async (evidence, verifier) => {
    const last = lastSigned(evidence, verifier);
    if (from > last.size)
      throw new BadInput(`--from: the last checkpoint stands for ${last.size} events, fewer than ${from}`);
    const extension = extensionOf(evidence, from, last);
    if (options.out === undefined) terminal.out(extension);
    else writeNew('--out', options.out, extension);
    return 0;
  });
}

/** Status 0 when the log goes on from what the witness keeps, 1 when it does not. */
function runExtend({ witness, extension, key, lang }: ExtendOptions, terminal: Terminal): Status {
  const known = notesIn(witness).at(-1);
  if (known === undefined) throw new BadInput(`--witness: ${witness} holds no checkpoint to go on from`);
  const verifier = verifierIn(key);
  let text: string;
  try {
    text = readFileSync(extension, 'utf8');
  } catch (error) {
    throw new BadInput(`--extension: ${extension} cannot be read: ${(error as Error).message}`);
  }
  let later: ReturnType<typeof extendedBy>;
  try {
    later = extendedBy(known, text, verifier);
  } catch (error) {
    terminal.err(
      lang === 'zh'
        ? `ledger: 证明不成立，未加入：${(error as Error).message}\n`
        : `ledger: not proved, nothing added: ${(error as Error).message}\n`,
    );
    return 1;
  }
  addToWitness(witness, later.note);
  terminal.out(
    lang === 'zh'
      ? `日志由所存检查点延续而来，检查点（${later.size} 个事件）已加入 ${witness}\n`
      : `the log goes on from the checkpoint kept; that of ${later.size} events was added to ${witness}\n`,
  );
  return 0;
}

function notesIn(file: string): string[] {
  try {
    return readWitness(file);
  } catch (error) {
    throw new BadInput(`--witness: ${(error as Error).message}`);
  }
}

function verdictPage(verdict: LogVerdict, seconds: number, lang: Language): string {
  const zh = lang === 'zh';
  const { intact, events, sealed, sealedAt = '—', unsealed, checkpoints, witnessed, counts, findings } = verdict;
  const rate = Math.round(events / Math.max(seconds, 0.001));
  const lines = [
    intact ? (zh ? '日志完整' : 'the log is whole') : zh ? '日志被动过' : 'the log was tampered with',
    zh
      ? `${events} 个事件，${sealed} 个在 ${sealedAt} 的检查点之下，${unsealed} 个尚无检查点；检查点 ${checkpoints} 个，见证 ${witnessed} 个`
      : `${events} events, ${sealed} under the checkpoint of ${sealedAt}, ${unsealed} under none yet; ${checkpoints} checkpoints, ${witnessed} of a witness`,
    zh ? `用时 ${seconds.toFixed(1)} 秒，每秒 ${rate} 个` : `${seconds.toFixed(1)} s, ${rate} events a second`,
    ...(intact
      ? []
      : [
          '',
          zh
            ? `被改 ${counts.altered}，缺失 ${counts.missing}，插入 ${counts.added}`
            : `${counts.altered} altered, ${counts.missing} missing, ${counts.added} put in`,
        ]),
    ...findings.map(
      ({ zh: chinese, en, event }) =>
        `- ${zh ? chinese : en}${event ? ` (${event.stream} ${event.revision}, ${event.id})` : ''}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
