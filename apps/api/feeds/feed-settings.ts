import { parseNetwork } from '../../../libs/feeds/webhooks';
import type { SettingsReader } from '../../../libs/settings';

/** What leaves the server by itself. */
export interface FeedSettings {
  /** Whether this server sends webhooks. */
  webhooks: boolean;
  /** Networks of the house's own to which webhooks may be sent. */
  networks: readonly (readonly [network: string, prefix: number])[];
}

/** The names of the settings about feeds, each with its default. */
export const feedNames = { LEDGER_WEBHOOKS: 'on', LEDGER_WEBHOOK_NETWORKS: '' } as const;

export function readFeeds(reader: SettingsReader<keyof typeof feedNames>): FeedSettings {
  const text = reader.text('LEDGER_WEBHOOK_NETWORKS', '');
  const given = text.split(',').filter((one) => one.trim() !== '');
  const networks = given.map(parseNetwork);
  if (networks.includes(undefined)) {
    reader.refuse('LEDGER_WEBHOOK_NETWORKS', text, 'networks such as 10.20.0.0/16,127.0.0.0/8');
  }
  return {
    webhooks: reader.word('LEDGER_WEBHOOKS', 'on', ['on', 'off']) === 'on',
    networks: networks.filter((network) => network !== undefined),
  };
}
