import { randomBytes } from 'node:crypto';
import type { CloudEvent } from '../item';
import type { Poster } from './post';
import { messageId, signedHeaders } from './signature';
import type { Webhooks } from './webhooks';

const WEBHOOK_VERIFICATION = 'cn.enrollment-ledger.webhook.verification.v1';

/** Whether the receiver wants what is sent, and what kept him from saying so. */
export type Verified = { verified: true } | { verified: false; reason: string };

/**
 * Asks the receiver whether he wants the messages: he is sent a challenge, signed like every message, and must repeat it in a
 * reply with a status of 2xx. Then the subscription is active. Undefined where there is no such subscription.
 */
export async function verify(
  webhooks: Webhooks,
  poster: Poster,
  id: string,
  clock: () => number = Date.now,
): Promise<Verified | undefined> {
  const webhook = webhooks.find(id);
  if (!webhook) return undefined;
  const challenge = randomBytes(24).toString('base64url');
  const event: CloudEvent = {
    specversion: '1.0',
    id: challenge,
    source: 'urn:enrollment-ledger:webhooks',
    type: WEBHOOK_VERIFICATION,
    subject: id,
    time: new Date(clock()).toISOString(),
    datacontenttype: 'application/json',
    data: { webhook: id, challenge },
  };
  const body = JSON.stringify(event);
  const headers = signedHeaders(webhooks.secretsOf(id), messageId(id, challenge), Math.floor(clock() / 1000), body);
  const reply = await poster.post(webhook.url, headers, body);
  if (reply.outcome === 'failed') return { verified: false, reason: reply.reason };
  if (reply.status < 200 || reply.status > 299) return { verified: false, reason: `status ${reply.status}` };
  if (!reply.beginning.includes(challenge))
    return { verified: false, reason: 'the reply does not repeat the challenge' };
  if (webhooks.find(id)?.url === webhook.url && webhook.state === 'unverified') webhooks.setState(id, 'active');
  return { verified: true };
}
