import { Policies, type Pack } from '../../libs/policy/evaluation';
import type { LedgerEvent } from '../../events';
import { answer, type Answer } from '../answer';
import { groundsFrom, knownStreams, type Wanted } from '../grounds';
import type { Cause } from './causes';

/** One side of a comparison: a question, every event that it knows, of whatever stream, and the packs it is answered by. */
export interface Side {
  question: Wanted;
  events: readonly LedgerEvent[];
  policies: Policies;
}

/** The answer of a side. */
export function answerTo({ question, events, policies }: Side): Answer {
  return answer(groundsFrom(question, knownStreams(events), policies));
}

/** `from` as it reads with some of what distinguishes it from `to`. */
export function applyCauses(from: Side, to: Side, causes: readonly Cause[]): Side {
  const removed = new Set<string>();
  const added: LedgerEvent[] = [];
  const laterById = new Map(to.events.map((event) => [event.id, event]));
  for (const cause of causes) {
    if (!('event' in cause)) continue;
    if (cause.applied === 'removed') removed.add(cause.event);
    else added.push(laterById.get(cause.event)!);
  }
  const kept = removed.size === 0 ? from.events : from.events.filter(({ id }) => !removed.has(id));
  return {
    question: applyToQuestion(from.question, to.question, causes),
    events: added.length === 0 ? kept : [...kept, ...added],
    policies: applyToPolicies(from.policies, to.policies, causes),
  };
}

export function applyToQuestion(from: Wanted, to: Wanted, causes: readonly Cause[]): Wanted {
  let question = from;
  for (const cause of causes) {
    if (cause.kind === 'day') question = { ...question, validOn: to.validOn, laterRegion: to.laterRegion };
    if (cause.kind === 'region') question = { ...question, region: to.region };
    if (cause.kind === 'reading') {
      const { [cause.reading]: _other, ...rest } = question.readings ?? {};
      question = { ...question, readings: cause.to === undefined ? rest : { ...rest, [cause.reading]: cause.to } };
    }
  }
  return question;
}

export function applyToPolicies(from: Policies, to: Policies, causes: readonly Cause[]): Policies {
  const regions = new Set(causes.flatMap((cause) => (cause.kind === 'pack' ? [cause.region] : [])));
  if (regions.size === 0) return from;
  const ofRegions = (pack: Pack) => regions.has(pack.region);
  return new Policies([...from.packs.filter((pack) => !ofRegions(pack)), ...to.packs.filter(ofRegions)]);
}
