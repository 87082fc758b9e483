import type { Clock, Ledger } from '../ledger';
import { instantOf } from '../ledger';
import type { Policies } from '../policy/evaluation';
import type { Answer } from '../../projections/answer';
import { answerTo, difference, type Difference } from '../../projections/difference';
import { formatBasis, type Basis, type LawAs } from './basis';
import type { PackStanding } from './law';
import { gather, resolve, withRegion, type Material, type Resolved } from './material';

/** On which terms an answer was given. */
export interface BasisUsed {
  /** The basis as text, with everything that was left out filled in. */
  text: string;
  as: LawAs | 'asked';
  /** The packs that the answer used, and how each came to count. */
  packs: PackStanding[];
  /** The rulings behind the readings that the answer used. */
  rulings: {
    reading: string;
    choice: string;
    event: string;
    stream: string;
    effectiveOn: string;
    recordedAt: string;
  }[];
}

/** An answer that names its basis. */
export type AnswerAtBasis = Answer & { basis: BasisUsed };

/** Two answers, and why they differ. */
export interface DifferenceReport extends Difference {
  person: string;
  from: AnswerAtBasis;
  to: AnswerAtBasis;
}

export interface DisputesOptions {
  ledger: Ledger;
  policies: Policies;
  clock: Clock;
}

/** What was known when, what changed and why: questions about answers. */
export class Disputes {
  private readonly ledger: Ledger;
  private readonly policies: Policies;
  private readonly clock: Clock;

  constructor({ ledger, policies, clock }: DisputesOptions) {
    this.ledger = ledger;
    this.policies = policies;
    this.clock = clock;
  }

  /** The answer at a basis; undefined for a person without a single event. Throws `RegionNeeded`, `PackNotAtHand`, `BadBasis`. */
  async answerAt(person: string, basis: Basis): Promise<AnswerAtBasis | undefined> {
    const material = await gather(this.ledger, person, [basis.region]);
    return material && answerOf(material, this.resolved(material, basis));
  }

  /** Why the answers at two bases differ; undefined for a person without a single event. Throws as `answerAt`. */
  async difference(person: string, from: Basis, to: Basis): Promise<DifferenceReport | undefined> {
    const material = await gather(this.ledger, person, [from.region, to.region]);
    return material && compared(material, this.resolved(material, from), this.resolved(material, to));
  }

  private resolved(material: Material, basis: Basis): Resolved {
    return resolve(material, basis, instantOf(this.clock()), this.policies);
  }
}

/** The answer of a resolved basis. */
export function answerOf({ person }: Material, { basis, side, law }: Resolved): AnswerAtBasis {
  const answer = withRegion(person, () => answerTo(side));
  return { ...answer, basis: basisUsed(answer, { basis, side, law }) };
}

/** Two resolved bases compared. */
export function compared(material: Material, from: Resolved, to: Resolved): DifferenceReport {
  const [before, after] = [answerOf(material, from), answerOf(material, to)];
  const found = withRegion(material.person, () => difference(from.side, to.side, { from: before, to: after }));
  return { person: material.person, from: before, to: after, ...found };
}

function basisUsed(answer: Answer, { basis, side, law }: Resolved): BasisUsed {
  const ruled = new Map(
    answer.readings.flatMap(({ id, choice, by }) => (by === 'ruling' ? [[id, choice] as const] : [])),
  );
  return {
    text: formatBasis({ ...basis, region: answer.region }),
    as: basis.as ?? 'asked',
    packs: answer.packs.map(law.standing),
    rulings: side.events.flatMap((event) => {
      if (event.type !== 'RulingRecorded' || ruled.get(event.data.reading) !== event.data.choice) return [];
      const { reading, choice } = event.data;
      const { id, stream, effectiveOn, recordedAt } = event;
      return [{ reading, choice, event: id, stream, effectiveOn, recordedAt }];
    }),
  };
}
