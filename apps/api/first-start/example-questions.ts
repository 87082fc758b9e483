import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { tokenFile } from '../bearer-token';
import type { Ledger } from '../../../libs/ledger';
import { installation, type Settings } from '../settings';
import { startWords } from '../start-words';

/** A question about one of the samples that is worth asking first; samples/examples.json holds some. */
interface ExampleQuestion {
  person: string;
  validOn: string;
  knownAt?: string;
  readings?: Record<string, string>;
  zh: string;
  en: string;
}

/** Lines that ask the example questions by curl and by the command line, ready to be pasted; none where nobody in them is known. */
export async function exampleQuestions(ledger: Ledger, settings: Settings, url: string): Promise<string[]> {
  const examples: ExampleQuestion[] = [];
  for (const example of readExamples()) {
    if ((await ledger.personEvents(example.person)).length > 0) examples.push(example);
  }
  if (examples.length === 0) return [];
  return ['', startWords[settings.lang].examples, ...examples.flatMap((example) => linesOf(example, settings, url))];
}

/** The examples that come with the samples. */
function readExamples(): ExampleQuestion[] {
  const file = join(installation(), 'samples', 'examples.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ExampleQuestion[]) : [];
}

function linesOf(example: ExampleQuestion, settings: Settings, url: string): string[] {
  return [
    '',
    `  ${example[settings.lang]}`,
    `  ${curlLine(example, settings, url)}`,
    `  ${ledgerLine(example, settings)}`,
  ];
}

function curlLine({ person, validOn, knownAt, readings }: ExampleQuestion, { data }: Settings, url: string): string {
  const query = new URLSearchParams({ validOn, ...(knownAt === undefined ? {} : { knownAt }) });
  for (const [id, choice] of Object.entries(readings ?? {})) query.append('reading', `${id}:${choice}`);
  const token = `Authorization: Bearer $(cat ${quoted(fromHere(tokenFile(data)))})`;
  const address = `${url}/v1/persons/${person}/answer?${query.toString().replaceAll('%3A', ':')}`;
  return `curl -s${proxyOption()} -H "${token}" ${quoted(address)}`;
}

function ledgerLine({ person, validOn, knownAt, readings }: ExampleQuestion, settings: Settings): string {
  const { store, policies, lang } = settings;
  const words = [fromHere(join(installation(), 'bin', 'ledger')), 'answer', '--person', person, '--on', validOn];
  if (knownAt !== undefined) words.push('--known', knownAt);
  for (const [id, choice] of Object.entries(readings ?? {})) words.push('--reading', `${id}=${choice}`);
  words.push('--store', store.kind === 'embedded' ? fromHere(store.location) : SERVER);
  if (policies !== join(installation(), 'policies')) words.push('--policies', fromHere(policies));
  if (lang !== 'zh') words.push('--lang', lang);
  return words.map((word) => (word === SERVER ? word : quoted(word))).join(' ');
}

/** The address of a server may hold a password, which the terminal's memory should not. */
const SERVER = '"$EVENTSTORE_URL"';

/** A path as it is written in the folder where the server was started, when it lies below. */
function fromHere(path: string): string {
  const below = relative(process.cwd(), path);
  return below === '' || below.startsWith('..') ? path : below;
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Where a proxy is set, curl would look for this machine's own address there. */
function proxyOption(): string {
  const { http_proxy: http, all_proxy: all, ALL_PROXY: every } = process.env;
  return (http ?? all ?? every ?? '') === '' ? '' : " --noproxy '*'";
}
