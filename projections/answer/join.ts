import { Inquiry, type Grounds } from '../inquiry';
import { plainReasons } from '../reasons';
import type { Answer, Because } from './answer';
import { beginningOf } from './beginning';
import { AnswerParts } from './parts';

/**
 * The answer to one question: a pure function of what the basis knows, the packs, the readings and the day. Asked again
 * on the same grounds it is the same, byte for byte. Each part reads only what stands before it.
 */
export function answer(grounds: Grounds): Answer {
  const inquiry = new Inquiry(grounds);
  const making = new AnswerParts(inquiry, beginningOf(inquiry));
  const made = making.all();
  plainReasons(inquiry, making.payments, making.timeline, made, making.on);
  const { because, undetermined, readings, packs } = inquiry.trace();
  const { question } = grounds;
  return {
    person: question.person,
    ...(grounds.persons && grounds.persons.length > 1 ? { persons: [...grounds.persons] } : {}),
    region: question.region,
    validOn: question.validOn,
    knownAt: String(question.knownAt),
    position: String(highestPosition(grounds)),
    packs: packs.map(({ id, version, sha256 }) => ({ id, version, sha256 })),
    registrations: made.registrations,
    payment: made.payment,
    benefit: made.benefit,
    waitingPeriods: made.waitingPeriods,
    waived: made.waived,
    coverage: made.coverage,
    interruptions: made.interruptions,
    contribution: made.contribution,
    retirement: made.retirement,
    refunds: made.refunds,
    backPayments: made.backPayments,
    lateFees: made.lateFees,
    bases: made.bases,
    duplicates: made.duplicates,
    stays: made.stays,
    aid: made.aid,
    premiumsDue: made.premiumsDue,
    ...(made.place === undefined ? {} : { place: made.place }),
    undetermined,
    because: inReadingOrder(because),
    readings,
  };
}

/** What is read to a person first stands first; within a part the order in which it was worked out. */
const READ_FIRST = [
  'benefit',
  'waitingPeriods',
  'waived',
  'coverage',
  'place',
  'duplicates',
  'registrations',
  'payment',
  'interruptions',
  'contribution',
  'retirement',
];
const RANKS = new Map(READ_FIRST.map((part, index) => [part, index]));

function inReadingOrder(because: Because[]): Because[] {
  const rank = ({ claim }: Because) => RANKS.get(claim.split('.', 1)[0]!) ?? READ_FIRST.length;
  return because
    .map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}

function highestPosition({ person, regions, employers }: Grounds): bigint {
  let highest = person.position;
  for (const history of [...regions.values(), ...(employers?.values() ?? [])]) {
    if (history.position > highest) highest = history.position;
  }
  return highest;
}
