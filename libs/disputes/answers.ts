import type { Answer } from '../../projections/answer';
import { answerTo, difference, type Difference } from '../../projections/difference';
import { formatBasis, type LawAs } from './basis';
import type { PackStanding } from './law';
import { withRegion, type Material, type Resolved } from './material';

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
