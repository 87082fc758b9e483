import { parseShard, shardName } from '../read-model';
import type { SettingsReader } from './reader';

/** How the tables for questions about everyone are kept. */
export interface ProjectingSettings {
  /** The share of the persons that is projected, such as `0/2`; `0/1` is everyone. */
  shard: string;
  /** One person is audited in so many seconds; 0 is never. */
  auditSeconds: number;
  /** So often the numbers of all events are compared with the log, in hours; 0 is never. */
  verifyHours: number;
  /** Events may wait for so many seconds before the projector counts as behind. */
  lagSeconds: number;
}

/** The names of the settings of a projector, each with its default. */
export const projectingNames = {
  LEDGER_SHARD: '0/1',
  LEDGER_AUDIT_SECONDS: '2',
  LEDGER_VERIFY_HOURS: '24',
  LEDGER_LAG_SECONDS: '60',
} as const;

export function readProjecting(reader: SettingsReader<keyof typeof projectingNames>): ProjectingSettings {
  const shard = parseShard(reader.text('LEDGER_SHARD', '0/1'));
  if (!shard) {
    const given = reader.text('LEDGER_SHARD', '0/1');
    reader.refuse('LEDGER_SHARD', given, 'the share and how many there are, counted from 0: of two, 0/2 or 1/2');
  }
  return {
    shard: shardName(shard ?? { index: 0, count: 1 }),
    auditSeconds: reader.whole('LEDGER_AUDIT_SECONDS', 2, 0, 86_400),
    verifyHours: reader.whole('LEDGER_VERIFY_HOURS', 24, 0, 8_760),
    lagSeconds: reader.whole('LEDGER_LAG_SECONDS', 60, 1, 86_400),
  };
}
