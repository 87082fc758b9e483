import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Everything the server can be told from outside, in one place. Read once, at the start. */
export interface Settings {
  /** Folder of the store, the token and the imports; made when it is not there. */
  data: string;
  host: string;
  /** 0 takes any free port. */
  port: number;
  store: StoreSetting;
  /** The PostgreSQL of the read model; a file in the data folder where there is none. */
  databaseUrl: string | undefined;
  /** Whether a new data folder is filled with the samples. */
  samples: boolean;
  lang: 'zh' | 'en';
  /** Folder of the policy packs. */
  policies: string;
  /** Largest JSON body, in bytes. */
  bodyBytes: number;
  /** Largest import file, in bytes. */
  importBytes: number;
  logLevel: LogLevel;
  /** How long a shutdown waits for requests under way, in seconds. */
  shutdownSeconds: number;
}

type StoreSetting = { kind: 'embedded'; location: string } | { kind: 'eventstoredb'; url: string };

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What is wrong with one setting. A store's address may hold a password, so its value is not repeated. */
export interface SettingFault {
  name: string;
  value: string;
  expected: string;
}

/** Thrown at the start with everything that is wrong, not only the first. */
export class InvalidSettings extends Error {
  constructor(readonly faults: readonly SettingFault[]) {
    super(
      [
        'The server does not start: wrong settings.',
        ...faults.map(({ name, value, expected }) => `  ${name}=${value}  expected ${expected}`),
      ].join('\n'),
    );
    this.name = 'InvalidSettings';
  }
}

/** The names of the settings, each with its default and what it means; the page docs/operating.md says the same. */
export const settingNames = {
  LEDGER_DATA: 'the folder data beside the program',
  LEDGER_HOST: '127.0.0.1',
  LEDGER_PORT: '8080',
  EVENTSTORE_URL: 'embedded:<LEDGER_DATA>',
  DATABASE_URL: '<LEDGER_DATA>/read-model.db',
  LEDGER_SAMPLES: 'on',
  LEDGER_LANG: 'zh',
  LEDGER_POLICIES: 'the packs that came with the program',
  LEDGER_BODY_BYTES: '1048576',
  LEDGER_IMPORT_BYTES: '268435456',
  LEDGER_LOG_LEVEL: 'info',
  LEDGER_SHUTDOWN_SECONDS: '10',
} as const;

type SettingName = keyof typeof settingNames;
type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings; an empty variable counts as left out. Throws `InvalidSettings`. */
export function readSettings(environment: Environment, folder = process.cwd()): Settings {
  const reader = new Reader(environment);
  const data = resolve(folder, reader.text('LEDGER_DATA', join(installation(), 'data')));
  const settings: Settings = {
    data,
    host: reader.matching(
      'LEDGER_HOST',
      '127.0.0.1',
      /^[A-Za-z0-9.:_-]{1,255}$/,
      'an address or host name to listen on',
    ),
    port: reader.whole('LEDGER_PORT', 8080, 0, 65_535),
    store: storeSetting(reader, data, folder),
    databaseUrl: databaseSetting(reader),
    samples: reader.word('LEDGER_SAMPLES', 'on', ['on', 'off']) === 'on',
    lang: reader.word('LEDGER_LANG', 'zh', ['zh', 'en']),
    policies: resolve(folder, reader.text('LEDGER_POLICIES', join(installation(), 'policies'))),
    bodyBytes: reader.whole('LEDGER_BODY_BYTES', 1_048_576, 1_024, 64_000_000),
    importBytes: reader.whole('LEDGER_IMPORT_BYTES', 268_435_456, 1_024, 1_099_511_627_776),
    logLevel: reader.word('LEDGER_LOG_LEVEL', 'info', logLevels),
    shutdownSeconds: reader.whole('LEDGER_SHUTDOWN_SECONDS', 10, 0, 600),
  };
  if (existsSync(data) && !statSync(data).isDirectory()) reader.refuse('LEDGER_DATA', data, 'a folder');
  if (!existsSync(settings.policies) || !statSync(settings.policies).isDirectory()) {
    reader.refuse('LEDGER_POLICIES', settings.policies, 'a folder of policy packs that is there');
  }
  if (reader.faults.length > 0) throw new InvalidSettings(reader.faults);
  return settings;
}

/** Names that look like settings and are none: a slip of the pen would otherwise be obeyed silently. */
export function unknownSettings(environment: Environment): string[] {
  return Object.keys(environment).filter((name) => name.startsWith('LEDGER_') && !(name in settingNames));
}

/** The folder that holds the program with its packs and samples, whether it runs from source or built. */
export function installation(from = __dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}: the installation is not whole`);
  }
}

class Reader {
  readonly faults: SettingFault[] = [];

  constructor(private readonly environment: Environment) {}

  text(name: SettingName, otherwise: string): string {
    const value = this.environment[name];
    return value === undefined || value === '' ? otherwise : value;
  }

  matching(name: SettingName, otherwise: string, form: RegExp, expected: string): string {
    const value = this.text(name, otherwise);
    if (!form.test(value)) this.refuse(name, value, expected);
    return value;
  }

  word<W extends string>(name: SettingName, otherwise: W, words: readonly W[]): W {
    const value = this.text(name, otherwise);
    const word = words.find((one) => one === value);
    if (word === undefined) this.refuse(name, value, `one of ${words.join(', ')}`);
    return word ?? otherwise;
  }

  whole(name: SettingName, otherwise: number, from: number, through: number): number {
    const value = this.text(name, String(otherwise));
    const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (number >= from && number <= through) return number;
    this.refuse(name, value, `a whole number, ${from} to ${through}`);
    return otherwise;
  }

  refuse(name: SettingName, value: string, expected: string): void {
    this.faults.push({ name, value, expected });
  }
}

function databaseSetting(reader: Reader): string | undefined {
  const value = reader.text('DATABASE_URL', '');
  if (value === '') return undefined;
  if (!/^postgres(ql)?:\/\/./.test(value)) reader.refuse('DATABASE_URL', '(not repeated)', 'postgres://…');
  return value;
}

function storeSetting(reader: Reader, data: string, folder: string): StoreSetting {
  const value = reader.text('EVENTSTORE_URL', `embedded:${data}`);
  if (/^esdb(\+discover)?:\/\/./.test(value)) return { kind: 'eventstoredb', url: value };
  const location = /^embedded:(?:\/\/)?(.+)$/.exec(value)?.[1];
  if (location !== undefined) return { kind: 'embedded', location: resolve(folder, location) };
  reader.refuse('EVENTSTORE_URL', '(not repeated)', 'embedded:<path>, esdb://… or esdb+discover://…');
  return { kind: 'embedded', location: data };
}
