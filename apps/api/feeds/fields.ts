import { parsePlace } from '../../../libs/feeds';
import { secretBytes } from '../../../libs/feeds/webhooks';
import { isRegionCode } from '../../../events';
import { Field } from '../http/query-fields';

/** The kinds of values that feeds and webhooks are told, as class-validator decorators; the message is what was expected. */

/** A place in a feed, or its end. */
export function FeedPlace(): PropertyDecorator {
  const holds = (value: unknown) => typeof value === 'string' && (value === 'now' || parsePlace(value) !== undefined);
  return Field(holds, 'a position, an id of the feed, or now');
}

/** The address of a receiver, as far as its form goes. */
export function ReceiverAddress(): PropertyDecorator {
  const holds = (value: unknown) => typeof value === 'string' && value.length > 0 && value.length <= 2_000;
  return Field(holds, 'an address such as https://example.org/hook, up to 2000 characters');
}

/** A secret in the form of Standard Webhooks. */
export function WebhookSecret(): PropertyDecorator {
  const holds = (value: unknown) => typeof value === 'string' && secretBytes(value) !== undefined;
  return Field(holds, 'whsec_ and 24 to 64 bytes in base64');
}

/** Some of the words, or null for all. */
export function SomeOf(words: readonly string[]): PropertyDecorator {
  const allowed = new Set<unknown>(words);
  return Field(
    listOf((one) => allowed.has(one)),
    `null or a list of: ${words.join(', ')}`,
  );
}

/** Some region codes, or null for all. */
export function SomeRegions(): PropertyDecorator {
  return Field(listOf(isRegionCode), 'null or a list of region codes of six digits');
}

const MOST = 200;

function listOf(holds: (one: unknown) => boolean): (value: unknown) => boolean {
  return (value) =>
    value === null || (Array.isArray(value) && value.length > 0 && value.length <= MOST && value.every(holds));
}
