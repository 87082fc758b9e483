import { endOfDay, type Day } from '../calendar';
import type { StatedRelation } from '../importing';
import type { LedgerEvent } from '../../events';
import type { Answer } from '../../projections/answer';
import { registrationFor, type RelationDifference } from './difference';

/** The words for why two systems differ. */
export const causes = [
  'learnedSince',
  'happenedLater',
  'byRule',
  'byEvents',
  'undeterminedHere',
  'unknownHere',
  'missingThere',
  'parked',
  'unreadableRow',
  'outOfReach',
] as const;

/** Why two systems differ, as far as the ledger can tell. */
export interface Cause {
  /**
   * - `learnedSince`: on the day itself the ledger agreed; what it learned later made the difference
   * - `happenedLater`: on a later day, when something else had happened, the ledger agrees: the extract speaks of that day
   * - `byRule`: the ledger's answer follows from the rules named
   * - `byEvents`: from what was recorded, without a rule that says more
   * - `undeterminedHere`: a document leaves open what the ledger should answer
   * - `unknownHere`, `missingThere`, `parked`, `unreadableRow`: as the kind of the exception says
   * - `outOfReach`: a row of a region that the caller may not read
   */
  cause: (typeof causes)[number];
  /** In a sentence or a few. */
  zh: string;
  en: string;
  /** The rules that the ledger's answer rests on. */
  rules: string[];
  /** Ids of the events that it rests on; of many, the last ones. */
  events: string[];
}

type Because = Answer['because'][number];
type Words = Pick<Cause, 'zh' | 'en' | 'rules' | 'events'>;

const CLAIMS: Readonly<Record<RelationDifference['kind'], RegExp>> = {
  relationUnknownHere: /^registrations/,
  statusDiffers: /^registrations/,
  coverageDiffers: /^(coverage|waitingPeriods|waived|benefit|interruptions)/,
  paidThroughDiffers: /^(payment|interruptions)/,
  monthsDiffer: /^contribution/,
};
const QUESTIONS: Readonly<Record<RelationDifference['kind'], RegExp>> = {
  relationUnknownHere: /^registrations/,
  statusDiffers: /^registrations/,
  coverageDiffers: /^(coverage|waitingPeriods|benefit|interruptions)/,
  paidThroughDiffers: /^payment/,
  monthsDiffer: /^contribution/,
};
const MOST_EVENTS = 20;
const MOST_REASONS = 4;
/** Rules by which the ledger counts, as against rules of the law. */
const CONVENTION = /^CV-/;

/** What the ledger says of the relation at other times than that of the question. */
export interface OtherTimes {
  /** As it was known on the day itself, it did not differ. */
  agreedThen: boolean;
  /** The later day on which it no longer differs. */
  agreesOn?: Day;
}

/** Why the ledger's answer differs from what is stated. */
export function causeOf(
  difference: RelationDifference,
  stated: StatedRelation,
  answer: Answer,
  all: readonly LedgerEvent[],
  { agreedThen, agreesOn }: OtherTimes,
): Cause {
  const { validOn } = answer;
  const events = all.filter(({ position }) => position !== undefined && BigInt(position) <= BigInt(answer.position));
  if (agreedThen) return { cause: 'learnedSince', ...learnedSince(events, validOn, answer) };
  if (agreesOn !== undefined) return { cause: 'happenedLater', ...happenedLater(events, validOn, agreesOn) };

  const open = answer.undetermined.filter(({ question }) => QUESTIONS[difference.kind].test(question));
  if (open.length > 0 && difference.ours === null) {
    const rules = open.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
    const names = open.map(({ question }) => question).join('、');
    return {
      cause: 'undeterminedHere',
      zh: `文件未作规定或缺少资料，台账不能作出判断：${names}。`,
      en: `A document leaves it open, or something is missing: ${names.replaceAll('、', ', ')}.`,
      rules,
      events: [],
    };
  }
  const reasons = answer.because.filter(({ claim }) => CLAIMS[difference.kind].test(claim));
  const registration = registrationFor(stated, answer);
  const own = difference.kind === 'statusDiffers' && registration ? ofRelation(reasons, registration, events) : reasons;
  const words = difference.kind === 'relationUnknownHere' ? noRelation(stated, validOn, inWords(own)) : inWords(own);
  return { cause: words.rules.some((rule) => !CONVENTION.test(rule)) ? 'byRule' : 'byEvents', ...words };
}

/** What the ledger's answer says of one of the relations. */
export function registrationWords(
  registration: { scheme: string; region: string },
  answer: Answer,
  events: readonly LedgerEvent[],
): Words {
  return inWords(
    ofRelation(
      answer.because.filter(({ claim }) => CLAIMS.statusDiffers.test(claim)),
      registration,
      events,
    ),
  );
}

/** The reasons whose events are of the relation; all of them where none is. */
function ofRelation(
  reasons: readonly Because[],
  { scheme, region }: { scheme: string; region: string },
  events: readonly LedgerEvent[],
): readonly Because[] {
  const own = new Set(
    events.flatMap((event) => {
      const data = event.data as { scheme?: unknown; region?: unknown };
      return data.scheme === scheme && data.region === region ? [event.id] : [];
    }),
  );
  const fitting = reasons.filter((reason) => reason.events.some((id) => own.has(id)));
  return fitting.length > 0 ? fitting : reasons;
}

function inWords(reasons: readonly Because[]): Words {
  // The law's rules say more than the ledger's own ways of counting.
  const told = [...reasons]
    .sort((a, b) => Number(CONVENTION.test(a.rule)) - Number(CONVENTION.test(b.rule)))
    .slice(0, MOST_REASONS);
  return {
    zh: told.map(({ zh }) => zh).join(''),
    en: told.map(({ en }) => en).join(' '),
    rules: [...new Set(told.map(({ rule }) => rule))],
    events: [...new Set(told.flatMap((reason) => reason.events))].slice(-MOST_EVENTS),
  };
}

const SCHEMES = { employee: '职工医保', resident: '居民医保' } as const;

function noRelation({ scheme, region }: StatedRelation, validOn: Day, words: Words): Words {
  return {
    ...words,
    zh: `${validOn} 台账中此人没有${region === undefined ? '' : ` ${region} 的`}${SCHEMES[scheme]}参保关系。${words.zh}`,
    en: `On ${validOn} the ledger has no ${scheme} relation of the person${region === undefined ? '' : ` in ${region}`}. ${words.en}`.trim(),
  };
}

function happenedLater(events: readonly LedgerEvent[], validOn: Day, on: Day): Words {
  const later = events.filter(({ effectiveOn }) => effectiveOn > validOn && effectiveOn <= on);
  const types = [...new Set(later.map(({ type }) => type))].join(', ');
  return {
    zh: `${on} 台账与对方一致，其间发生了 ${types}；对方数据所述的是较晚的日子。`,
    en: `On ${on} the ledger agrees, after ${types}; the extract speaks of a later day.`,
    rules: [],
    events: later.map(({ id }) => id).slice(-MOST_EVENTS),
  };
}

function learnedSince(events: readonly LedgerEvent[], validOn: Day, { knownAt }: Answer): Words {
  const limit = endOfDay(validOn);
  const since = events.filter(({ recordedAt }) => recordedAt > limit);
  const ids = since.map(({ id }) => id).slice(-MOST_EVENTS);
  const types = [...new Set(since.map(({ type }) => type))].join(', ');
  return {
    zh: `${validOn} 当时台账与对方一致；此后至 ${knownAt} 得知的事件改变了结果（${types}）。`,
    en: `On ${validOn} the ledger agreed; what it learned from then to ${knownAt} changed the answer (${types}).`,
    rules: [],
    events: ids,
  };
}
