import { readVault, vaultNames, type VaultSettings } from '../../libs/vault';
import { disputeNames, readDisputes, type DisputeSettings } from './disputes/dispute-settings';
import { accessNames, readAccess, type AccessSettings } from './access/access-settings';
import { feedNames, readFeeds, type FeedSettings } from './feeds/feed-settings';
import {
  InvalidSettings,
  SettingsReader,
  logLevels,
  placeNames,
  projectingNames,
  readPlaces,
  readProjecting,
  type Environment,
  type LogLevel,
  type Places,
  type ProjectingSettings,
} from '../../libs/settings';

export { InvalidSettings, installation, type LogLevel } from '../../libs/settings';

/** Everything the server can be told from outside, in one place. Read once, at the start. */
export interface Settings extends Places {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** How the server keeps the tables of the reports itself; undefined where another process does. */
  projector: ProjectingSettings | undefined;
  /** Whether a new data folder is filled with the samples. */
  samples: boolean;
  lang: 'zh' | 'en';
  /** Largest JSON body, in bytes. */
  bodyBytes: number;
  /** Largest import file, in bytes. */
  importBytes: number;
  logLevel: LogLevel;
  access: AccessSettings;
  /** What leaves the server by itself. */
  feeds: FeedSettings;
  /** Where the evidence of the log is, and by what pages are printed. */
  disputes: DisputeSettings;
  /** Where identities are kept, and their keys. */
  vault: VaultSettings;
  /** How long a shutdown waits for requests under way, in seconds. */
  shutdownSeconds: number;
}

/** The names of the settings, each with its default and what it means; the page docs/operating.md says the same. */
export const settingNames = {
  ...placeNames,
  LEDGER_HOST: '127.0.0.1',
  LEDGER_PORT: '8080',
  LEDGER_SAMPLES: 'on',
  LEDGER_LANG: 'zh',
  LEDGER_BODY_BYTES: '1048576',
  LEDGER_IMPORT_BYTES: '268435456',
  LEDGER_LOG_LEVEL: 'info',
  LEDGER_SHUTDOWN_SECONDS: '10',
  LEDGER_PROJECTOR: 'on',
  LEDGER_PROJECTOR_PORT: '8081',
  ...projectingNames,
  ...accessNames,
  ...feedNames,
  ...vaultNames,
  ...disputeNames,
} as const;

type SettingName = keyof typeof settingNames;

/** Reads the settings; an empty variable counts as left out. Throws `InvalidSettings`. */
export function readSettings(environment: Environment, folder = process.cwd()): Settings {
  const reader = new SettingsReader<SettingName>(environment);
  const projecting = readProjecting(reader);
  const places = readPlaces(reader, folder);
  const settings: Settings = {
    ...places,
    host: reader.matching(
      'LEDGER_HOST',
      '127.0.0.1',
      /^[A-Za-z0-9.:_-]{1,255}$/,
      'an address or host name to listen on',
    ),
    port: reader.whole('LEDGER_PORT', 8080, 0, 65_535),
    projector: reader.word('LEDGER_PROJECTOR', 'on', ['on', 'off']) === 'on' ? projecting : undefined,
    samples: reader.word('LEDGER_SAMPLES', 'on', ['on', 'off']) === 'on',
    lang: reader.word('LEDGER_LANG', 'zh', ['zh', 'en']),
    bodyBytes: reader.whole('LEDGER_BODY_BYTES', 1_048_576, 1_024, 64_000_000),
    importBytes: reader.whole('LEDGER_IMPORT_BYTES', 268_435_456, 1_024, 1_099_511_627_776),
    access: readAccess(reader),
    feeds: readFeeds(reader),
    disputes: readDisputes(reader, places, folder),
    vault: readVault(reader, places.data, folder),
    logLevel: reader.word('LEDGER_LOG_LEVEL', 'info', logLevels),
    shutdownSeconds: reader.whole('LEDGER_SHUTDOWN_SECONDS', 10, 0, 600),
  };
  if (reader.faults.length > 0) throw new InvalidSettings(reader.faults);
  return settings;
}

/** Names that look like settings and are none: a slip of the pen would otherwise be obeyed silently. */
export function unknownSettings(environment: Environment): string[] {
  return Object.keys(environment).filter((name) => name.startsWith('LEDGER_') && !(name in settingNames));
}
