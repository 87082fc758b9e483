import { BEGINNING, parsePlace, type Feeds, type Place } from '../../../libs/feeds';
import { faultOf, invalidInput } from '../http/problem';

/** The place that a text of a request means. Throws where it lies beyond the log. */
export async function placeIn(feeds: Feeds, field: string, text: string): Promise<Place> {
  const end = await feeds.end();
  if (text === 'now') return end;
  const place = parsePlace(text);
  if (!place || place.position > end.position) {
    throw invalidInput([faultOf(field, text, `a place that the feed has come to: 0 to ${end.position}, or now`)]);
  }
  return place;
}

export async function placeOrEither(
  feeds: Feeds,
  given: readonly (readonly [field: string, text: string | undefined])[],
  otherwise: 'beginning' | 'end',
): Promise<Place> {
  for (const [field, text] of given) {
    if (text !== undefined) return placeIn(feeds, field, text);
  }
  return otherwise === 'end' ? feeds.end() : BEGINNING;
}
