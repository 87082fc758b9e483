import {
  InvalidSettings,
  SettingsReader,
  logLevels,
  readPlaces,
  readProjecting,
  type Environment,
  type LogLevel,
  type Places,
  type ProjectingSettings,
} from '../../libs/settings';

/** Everything a projector can be told from outside. Read once, at the start. */
export interface Settings extends Places, ProjectingSettings {
  /** On 127.0.0.1; 0 takes any free port. */
  port: number;
  logLevel: LogLevel;
  /** How long a stop waits for what is under way, in seconds. */
  shutdownSeconds: number;
}

/** Reads the settings; an empty variable counts as left out. Throws `InvalidSettings` with everything that is wrong. */
export function readSettings(environment: Environment, folder = process.cwd()): Settings {
  const reader = new SettingsReader(environment);
  const settings: Settings = {
    ...readPlaces(reader, folder),
    ...readProjecting(reader),
    port: reader.whole('LEDGER_PROJECTOR_PORT', 8081, 0, 65_535),
    logLevel: reader.word('LEDGER_LOG_LEVEL', 'info', logLevels),
    shutdownSeconds: reader.whole('LEDGER_SHUTDOWN_SECONDS', 10, 0, 600),
  };
  if (reader.faults.length > 0) throw new InvalidSettings(reader.faults, 'The projector');
  return settings;
}
