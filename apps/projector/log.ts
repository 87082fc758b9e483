import { destination, pino, type Logger } from 'pino';
import type { LogLevel } from '../../libs/settings';

/** The projector's log: JSON, one line an event, on standard error; ids at most, never anything else of a person. */
export function openLog(level: LogLevel, shard: string): Logger {
  return pino({ level, base: { part: 'projector', shard } }, destination({ fd: 2, sync: true }));
}

/** What of an error may be written down: a database's own details may hold a row. */
export function told(error: unknown): { name: string; code?: string; message: string } {
  const { name = 'Error', code, message = '' } = (error ?? {}) as { name?: string; code?: string; message?: string };
  const causes = (error as { errors?: Error[] } | undefined)?.errors ?? [];
  return { name, code, message: message === '' ? causes.map((cause) => cause.message).join('; ') : message };
}
