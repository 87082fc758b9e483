import { readFileSync } from 'node:fs';
import { dayOfInstant } from '../../../libs/calendar';
import { instantOf, openLedger, type Ledger } from '../../../libs/ledger';
import {
  addKey,
  describeNumberFault,
  documentKindOf,
  documentKindWords,
  eraseIdentities,
  readCreditCode,
  readDocument,
  tellErasures,
  type IdentityFault,
  type NumberFault,
  type PutOutcome,
} from '../../../libs/vault';
import { describeFaults, isPersonId } from '../../../events';
import { openPolicies } from '../installation';
import { readingStore, storeLocation, writingStore } from '../store-access';
import { usingVault, vaultSettings } from '../vault-access';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import type { Command } from 'commander';

interface Options extends OutputOptions {
  store?: string;
  policies?: string;
  kind?: string;
  name?: boolean;
  replace?: boolean;
  legalBasis?: string;
  actor?: string;
}

const GIVEN = `
The number is read from the standard input, never from the command line, where others could see it:
  echo "$NUMBER" | ledger vault find --kind 01`;

/** `ledger vault`: identity numbers and names, apart from the log. Nothing personal is taken from the command line. */
export function addVault(program: Command, terminal: Terminal): void {
  const vault = program.command('vault').description('identity numbers and names, apart from the log');
  const add = (
    usage: string,
    description: string,
    describe: (command: Command) => Command,
    run: (args: string[], options: Options) => Promise<Status> | Status,
  ) =>
    addCommand<Options>(
      vault,
      usage,
      description,
      (command) => describe(command.option('--store <folder>', 'the ledger’s data folder')),
      run,
    );
  const withKind = (command: Command) =>
    command
      .requiredOption(
        '--kind <kind>',
        'kind of document, by word or national code: identityCard or 01, passport or 08, …',
      )
      .addHelpText('after', GIVEN);

  add(
    'put <person>',
    'keep a document of a person; with --name the second line of the input is his name',
    (command) =>
      withKind(command)
        .option('--name', 'the second line of the input is the name')
        .option('--replace', 'in the place of another one of its kind'),
    ([person], options) => runPut(personOf(person), options, terminal),
  );
  add('find', 'the person whom a document stands for', withKind, (_, options) => runFind(options, terminal));
  add(
    'show <person>',
    'the name and the documents of a person, in clear',
    (command) => command,
    ([person], options) => runShow(personOf(person), options, terminal),
  );
  add(
    'erase <person>',
    'destroy the key of a person’s identity, under all his ids, and tell the log; cannot be undone',
    (command) =>
      command
        .requiredOption('--legal-basis <text>', 'the provision or order that asks for it; recorded, so it names nobody')
        .option('--actor <id>', 'who erases, by account or program', 'ledger')
        .option('--policies <folder>', 'folder of the policy packs'),
    ([person], options) => runErase(personOf(person), options, terminal),
  );
  add(
    'rotate',
    'add a new master key to the key file and wrap every data key with it; goes on where it was broken off',
    (command) => command,
    (_, options) => runRotate(options, terminal),
  );
  add(
    'check',
    'open everything, and compare with the erasures that the log tells of',
    (command) => command,
    (_, options) => runCheck(options, terminal),
  );
  add(
    'number',
    'check a document’s number, or with --kind creditCode an employer’s code; nobody is looked up',
    withKind,
    (_, options) => runNumber(options, terminal),
  );
}

async function runPut(person: string, options: Options, terminal: Terminal): Promise<Status> {
  const [number, name] = givenLines();
  if (options.name === true && (name ?? '') === '')
    throw new BadInput('standard input: expected the name in its second line');
  const document = { kind: kindOf(options.kind), number: number ?? '' };
  const given = { document, ...(options.name === true ? { name } : {}), replace: options.replace === true };
  const outcome = await usingVault(options.store, (vault) => vault.put(person, given));
  if (outcome.outcome === 'invalid') throw new BadInput(told(outcome.faults, options));
  if (options.json) terminal.out(printedJson(outcome));
  else terminal.out(`${putWords(person, outcome)}\n`);
  return outcome.outcome === 'kept' || outcome.outcome === 'alreadyKept' ? 0 : 1;
}

async function runFind(options: Options, terminal: Terminal): Promise<Status> {
  const document = { kind: kindOf(options.kind), number: givenLines()[0] ?? '' };
  const found = await usingVault(options.store, (vault) => vault.find(document));
  if (found && 'faults' in found) throw new BadInput(told(found.faults, options));
  if (options.json) terminal.out(printedJson(found ?? null));
  else
    terminal.out(
      found ? `${found.person}\n` : options.lang === 'zh' ? '无人持有该证件\n' : 'Nobody holds this document\n',
    );
  return found ? 0 : 1;
}

async function runShow(person: string, options: Options, terminal: Terminal): Promise<Status> {
  const read = await usingVault(options.store, (vault) => vault.read(person));
  if (options.json) terminal.out(printedJson(read));
  else if (read.outcome === 'read') {
    const { name, documents } = read.identity;
    if (name !== undefined) terminal.out(`${name}\n`);
    for (const { kind, number } of documents) terminal.out(`${kind} ${number}\n`);
  } else if (read.outcome === 'erased') terminal.out(`${person}: erased ${read.erasure.erasedAt}\n`);
  else terminal.out(`${person}: the vault holds nothing of him\n`);
  return read.outcome === 'read' ? 0 : 1;
}

async function runErase(person: string, options: Options, terminal: Terminal): Promise<Status> {
  const order = { legalBasis: options.legalBasis!, actor: options.actor };
  const erased = await withLedger(options, (ledger) =>
    usingVault(options.store, async (vault) => {
      await tellErasures(vault, ledger);
      const { persons } = await ledger.onePerson(person);
      return eraseIdentities(vault, ledger, persons, order);
    }),
  );
  if ('faults' in erased) throw new BadInput(`--legal-basis: ${describeFaults(erased.faults)}`);
  if (options.json) terminal.out(printedJson(erased.erasures));
  else for (const one of erased.erasures) terminal.out(`${one.person}: erased ${one.erasedAt}\n`);
  return 0;
}

async function runRotate(options: Options, terminal: Terminal): Promise<Status> {
  const settings = vaultSettings(options.store);
  if (settings.keys !== undefined) {
    terminal.err('ledger: LEDGER_VAULT_KEY holds the keys: its last one is taken for the new one\n');
  } else {
    // Broken off, the last key of the file is not everywhere yet; another one would only begin anew.
    const unfinished = await usingVault(options.store, (vault) => vault.isRotating());
    if (!unfinished) addKey(settings.keyFile);
  }
  const rewrapped = await usingVault(options.store, (vault) =>
    vault.rotate({ onBatch: (done) => terminal.err(`${done}\r`) }),
  );
  terminal.out(options.json ? printedJson({ rewrapped }) : `${rewrapped} keys wrapped anew\n`);
  return 0;
}

async function runCheck(options: Options, terminal: Terminal): Promise<Status> {
  const checked = await usingVault(options.store, async (vault) => {
    const found = await vault.check();
    const inLog = await readingStore(storeLocation(options.store), async (store) => {
      const persons = new Set<string>();
      for await (const batch of store.readAll({ filter: { streamPrefixes: ['person-'] }, batchSize: 5_000 })) {
        for (const { type, stream } of batch)
          if (type === 'IdentityErased') persons.add(stream.slice('person-'.length));
      }
      return persons;
    });
    const notErased: string[] = [];
    for (const person of inLog) if ((await vault.erasureOf(person)) === undefined) notErased.push(person);
    return { ...found, notErased };
  });
  const { unreadable, unfindable, unrecorded, notErased } = checked;
  if (options.json) terminal.out(printedJson(checked));
  else {
    terminal.out(`${checked.persons} persons, ${checked.documents} documents, ${checked.erased} erased\n`);
    for (const [key, count] of Object.entries(checked.keys)) terminal.out(`key ${key}: ${count} persons\n`);
    for (const { person, field } of unreadable) terminal.out(`does not open: ${person} ${field}\n`);
    for (const { person, field } of unfindable) terminal.out(`not found by its hash: ${person} ${field}\n`);
    for (const person of unrecorded) terminal.out(`erased, and the log is not told yet: ${person}\n`);
    for (const person of notErased) terminal.out(`erased by the log, and not in the vault; erase again: ${person}\n`);
  }
  return [unreadable, unfindable, unrecorded, notErased].every(({ length }) => length === 0) ? 0 : 1;
}

function runNumber(options: Options, terminal: Terminal): Status {
  const number = givenLines()[0] ?? '';
  const today = dayOfInstant(instantOf(Date.now()));
  const read =
    options.kind === 'creditCode' ? readCreditCode(number) : readDocument(kindOf(options.kind), number, today);
  const faults: readonly NumberFault[] = read.ok ? [] : read.faults;
  if (options.json) terminal.out(printedJson({ valid: read.ok, faults }));
  else if (read.ok) terminal.out(options.lang === 'zh' ? '号码有效\n' : 'The number is valid\n');
  else for (const fault of faults) terminal.out(`${describeNumberFault(fault, options.lang)}\n`);
  return read.ok ? 0 : 1;
}

async function withLedger<T>(options: Options, use: (ledger: Ledger) => Promise<T>): Promise<T> {
  const policies = openPolicies(options.policies);
  return writingStore(storeLocation(options.store), (store) => use(openLedger({ store, policies, clock: Date.now })));
}

function kindOf(text: string | undefined) {
  const kind = documentKindOf(text ?? '');
  if (kind === undefined)
    throw new BadInput(`--kind: expected one of ${documentKindWords.join(', ')}, or a national code such as 01`);
  return kind;
}

/** The id of a person; what is none may be a number, and is not repeated. */
function personOf(text: string | undefined): string {
  if (isPersonId(text)) return text;
  throw new BadInput('person: expected an id of up to 64 letters, digits and . _ : -, and never an identity number');
}

function givenLines(): string[] {
  const lines = readFileSync(0, 'utf8').split(/\r?\n/);
  if ((lines[0] ?? '').trim() === '') throw new BadInput('standard input: expected the number in its first line');
  return lines;
}

function told(faults: readonly IdentityFault[], { lang }: Options): string {
  return faults.map((fault) => `${fault.field}: ${describeNumberFault(fault, lang)}`).join('; ');
}

function putWords(person: string, outcome: Exclude<PutOutcome, { outcome: 'invalid' }>): string {
  switch (outcome.outcome) {
    case 'kept':
      return `${person}: kept`;
    case 'alreadyKept':
      return `${person}: kept already`;
    case 'heldByOther':
      return `${person}: not kept, ${outcome.holder} holds this document; merge the two, or check the number`;
    case 'differs':
      return `${person}: not kept, the vault keeps another ${outcome.field} of him; --replace puts it in its place`;
    case 'erased':
      return `${person}: not kept, his identity was erased; who comes again is a new person`;
  }
}
