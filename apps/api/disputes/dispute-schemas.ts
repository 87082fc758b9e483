import type {
  AnswerAtBasis,
  AskedAgain,
  BasisUsed,
  Bearing,
  DayChanges,
  DayRun,
  DayTotals,
  DifferenceReport,
  GivenAnswer,
  GivenFinding,
  Impact,
  Packet,
  RegionImpactBegun,
  RegionImpactDone,
  RegionImpactStep,
  Timeline,
  TimelineEvent,
  TimelineState,
} from '../../../libs/disputes';
import { answerSchemas } from '../openapi/answer-schemas';
import {
  EXAMPLE_REGION,
  anything,
  day,
  eventId,
  flag,
  instant,
  list,
  object,
  one,
  optional,
  position,
  record,
  ref,
  region,
  text,
  whole,
  type Schema,
} from '../openapi/schema';

const sha256: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const changed: Schema = object<{ at: string; from?: unknown; to?: unknown }>({
  at: {
    ...text,
    description: 'The figure by its path, or the list that the item stands in',
    example: 'contribution.total',
  },
  from: optional({ description: 'What was; absent where it is new' }),
  to: optional({ description: 'What is; absent where it is gone' }),
});
const proposed = list(object<Impact['proposed'][number]>({ id: eventId, stream: text, type: text, effectiveOn: day }));

type Step<K> = Extract<RegionImpactStep, { kind: K }>;
const days = { benefitDaysGained: whole, benefitDaysLost: whole, waitingDaysGained: whole, waitingDaysLost: whole };

/** The schemas of what is said about disputes. */
export const disputeSchemas: Record<string, Schema> = {
  BasisUsed: object<BasisUsed>({
    text: {
      ...text,
      description: 'The basis with everything filled in',
      example: `validOn=2022-07-15,knownAt=2022-10-01,region=${EXAMPLE_REGION}`,
    },
    as: one(['asked', 'decidedThen', 'knownNow']),
    packs: list(
      object<BasisUsed['packs'][number]>({
        region,
        id: text,
        version: text,
        sha256,
        by: one(['activation', 'installed', 'question'], 'How the version came to count'),
        event: optional(eventId),
      }),
    ),
    rulings: list(
      object<BasisUsed['rulings'][number]>({
        reading: text,
        choice: text,
        event: eventId,
        stream: text,
        effectiveOn: day,
        recordedAt: instant,
      }),
    ),
  }),
  AnswerAtBasis: {
    ...answerSchemas['Answer'],
    properties: { ...answerSchemas['Answer']?.properties, basis: ref('BasisUsed') },
    required: [...(answerSchemas['Answer']?.required ?? []), 'basis' satisfies keyof AnswerAtBasis],
  },
  Cause: {
    ...anything,
    description:
      'Something in which the bases differ and why the answers do: an event, a pack, a reading, or the question',
    properties: {
      kind: one(['lateFact', 'newFact', 'correction', 'voiding', 'ruling', 'pack', 'reading', 'day', 'region']),
      event: eventId,
      applied: one(['added', 'removed']),
    },
    required: ['kind'],
  },
  AnswerDifference: object<DifferenceReport>({
    person: text,
    from: ref('AnswerAtBasis'),
    to: ref('AnswerAtBasis'),
    changes: list({
      ...changed,
      properties: {
        ...changed.properties,
        causes: { ...list(whole), description: 'Places in causes; none can be left out' },
      },
      required: ['at', 'causes'],
    }),
    causes: list(ref('Cause')),
    steps: list(object<DifferenceReport['steps'][number]>({ cause: whole, changes: list(changed) })),
    withoutEffect: { ...whole, description: 'How many other things differ and change nothing' },
    unsifted: optional({
      ...flag,
      description: 'Only where too much differs to try it all: the causes are complete, but some may not be needed',
    }),
  }),
  Timeline: object<Timeline>({
    person: text,
    region,
    validOn: day,
    events: list(
      object<TimelineEvent>({
        id: eventId,
        stream: text,
        type: text,
        effectiveOn: day,
        recordedAt: instant,
        position: optional(position),
        revision: optional(whole),
        lateDays: { ...whole, description: 'Days from its day to its recording' },
        amends: optional(eventId),
        amendedBy: list(eventId),
        data: anything,
      }),
    ),
    states: list(
      object<TimelineState>({
        knownAt: instant,
        events: list(eventId),
        benefit: ref('Benefit'),
        coverage: list(ref('CoverageSpan')),
        waitingPeriods: list(ref('WaitingPeriod')),
        interruptions: list(ref('Interruption')),
        registrations: list(ref('Registration')),
        contribution: ref('Contribution'),
      }),
    ),
  }),
  DayChanges: object<DayChanges>({
    scheme: one(['employee', 'resident']),
    region: optional(region),
    gained: list(ref('DayRun')),
    lost: list(ref('DayRun')),
    gainedDays: whole,
    lostDays: whole,
  }),
  DayRun: object<DayRun>({
    from: day,
    through: optional(day),
    days: whole,
    bearing: object<Bearing>({
      who: one(['fund', 'notFund', 'notStated'], 'Who bears the days; notStated where no rule says it'),
      rule: optional(text),
    }),
  }),
  Impact: object<Impact>({
    person: text,
    region,
    validOn: day,
    knownAt: text,
    revision: { ...whole, description: 'Record with If-Match at it to record on this basis only' },
    proposed,
    countedThrough: day,
    benefitDays: list(ref('DayChanges')),
    waitingDays: list(ref('DayChanges')),
    months: list(changed),
    money: list(changed),
    other: list(changed),
    because: list(ref('Because')),
  }),
  RegionProposal: {
    type: 'object',
    properties: {
      validOn: { ...day, description: 'The day asked about; left out: today in China' },
      events: list(ref('RegionEvent'), { minItems: 1, maxItems: 1000 }),
      pack: {
        ...text,
        description:
          'A policy pack of the region, as text (YAML): in the place of the version that begins on its day, or from its day on',
      },
    },
    description: 'Events, or a pack, or both',
    additionalProperties: false,
  },
  RegionImpactLine: {
    oneOf: [
      object<RegionImpactBegun>({
        kind: one(['begun']),
        region,
        validOn: day,
        knownAt: instant,
        revision: optional({ ...whole, description: 'Record with If-Match at it; absent: the region has no event' }),
        proposed,
        warnings: optional(list(ref('Warning'))),
      }),
      object<Step<'changed'>>({ kind: one(['changed']), impact: ref('Impact') }),
      object<Step<'parked'>>({ kind: one(['parked']), person: text }, 'Nothing can be said of him'),
      object<Step<'progress'>>({
        kind: one(['progress']),
        examined: whole,
        people: { ...whole, description: 'Ids found so far that name the region or one below it in their facts' },
      }),
      object<RegionImpactDone>({
        kind: one(['done']),
        examined: { ...whole, description: 'People asked about; one of several ids is one' },
        changed: whole,
        parked: whole,
        totals: object<DayTotals>(days),
        bearing: list(
          object<RegionImpactDone['bearing'][number]>({
            who: one(['fund', 'notFund', 'notStated']),
            rule: optional(text),
            ...days,
          }),
        ),
      }),
      record({ kind: one(['failed']), why: text }),
    ],
  },
  GivenAnswer: object<GivenAnswer>({
    id: { ...eventId, description: 'Of the event that records it' },
    recordedAt: instant,
    position,
    actor: optional(text),
    voided: { ...flag, description: 'Whether the record of it was taken back' },
    asker: text,
    purpose: optional(text),
    basis: text,
    logPosition: { ...position, description: 'The log’s last event when it was asked' },
    packs: list(object<GivenAnswer['packs'][number]>({ id: text, version: text, sha256 })),
    readings: list(
      object<GivenAnswer['readings'][number]>({ id: text, choice: text, by: one(['pack', 'ruling', 'question']) }),
    ),
    algorithm: one(['sm3', 'sha256']),
    digest: { ...sha256, description: 'Of the canonical JSON (RFC 8785) of the answer as it was given' },
    engine: { ...text, description: 'The version of the program' },
  }),
  GivenAnswers: record({ person: text, answers: list(ref('GivenAnswer')) }),
  AnswerGivenOut: record({ given: ref('GivenAnswer'), answer: ref('AnswerAtBasis'), dryRun: flag }, ['dryRun']),
  AnswerAskedAgain: object<AskedAgain>({
    given: ref('GivenAnswer'),
    same: { ...flag, description: 'Whether it came out byte for byte as it was given' },
    digest: optional(sha256),
    engine: object<AskedAgain['engine']>({ given: text, here: text }),
    findings: list(
      object<GivenFinding>({ kind: one(['pack', 'log', 'question', 'engine', 'unexplained']), zh: text, en: text }),
    ),
    answer: optional(ref('AnswerAtBasis')),
  }),
  Packet: object<Packet>(
    {
      format: { ...text, const: 'enrollment-ledger-packet/1' },
      content: {
        ...anything,
        description:
          'engine, madeAt, key, checkpoint, question, answer, against, events with their proofs, and packs; docs/disputes.md',
      },
      seal: { ...text, description: 'A signed note (C2SP) that names the digest of every section' },
    },
    'A sealed packet, in its one canonical way of writing (RFC 8785)',
  ),
  Asker: {
    type: 'object',
    properties: {
      asker: {
        ...text,
        description: 'Who asked: an office, a court, a case number; never a name',
        example: 'district court, case 117',
      },
      purpose: { ...text, description: 'What for' },
      basis: { ...text, description: 'The basis; left out: today, as everything is known now' },
    },
    required: ['asker'],
    additionalProperties: false,
  },
  Proposal: {
    type: 'object',
    properties: {
      validOn: { ...day, description: 'The day asked about; left out: today in China' },
      stream: {
        ...text,
        description: 'A region’s or employer’s stream; left out: the person’s own',
        example: `region-${EXAMPLE_REGION}`,
      },
      events: list(
        { oneOf: [ref('PersonEvent'), ref('RegionEvent'), ref('EmployerEvent')] },
        { minItems: 1, maxItems: 1000 },
      ),
    },
    required: ['events'],
    additionalProperties: false,
  },
};
