import { dayNumber, isDay, type Day } from '../calendar';
import type { StatedRelation } from '../importing';
import type { Answer } from '../../projections/answer';

type Registration = Answer['registrations'][number];

/** What may differ between a relation as another system states it and as the ledger answers. */
export const differenceKinds = [
  'relationUnknownHere',
  'statusDiffers',
  'coverageDiffers',
  'paidThroughDiffers',
  'monthsDiffer',
] as const;

/** One thing that two systems say differently of one relation. */
export interface RelationDifference {
  kind: (typeof differenceKinds)[number];
  /** As the other system states it. */
  theirs: string | number;
  /** As the ledger answers; null where it knows of nothing. */
  ours: string | number | null;
  /** Of months: ours less theirs. */
  months?: number;
}

/** Everything in which the answer differs from what is stated; what the statement leaves out is not compared. */
export function differencesBetween(stated: StatedRelation, answer: Answer): RelationDifference[] {
  const registration = registrationFor(stated, answer);
  const gone = stated.status === 'absent' || stated.status === 'invalid';
  if (registration === undefined) {
    return gone ? [] : [{ kind: 'relationUnknownHere', theirs: stated.status, ours: null }];
  }
  const found: RelationDifference[] = [];
  if (registration.status !== stated.status)
    found.push({ kind: 'statusDiffers', theirs: stated.status, ours: registration.status });
  if (gone) return found;

  const { coveredThrough, paidThrough, paidMonths, scheme } = stated;
  if (coveredThrough !== undefined) {
    const ours = coveredThroughOf(stated, answer);
    const shown = ours === undefined || isDay(coveredThrough) ? ours : ours.slice(0, 7);
    if (shown !== coveredThrough) found.push({ kind: 'coverageDiffers', theirs: coveredThrough, ours: shown ?? null });
  }
  if (paidThrough !== undefined && scheme === 'employee' && answer.payment.paidThrough !== paidThrough)
    found.push({ kind: 'paidThroughDiffers', theirs: paidThrough, ours: answer.payment.paidThrough ?? null });
  if (paidMonths !== undefined) {
    const ours = scheme === 'employee' ? answer.contribution.actual : answer.contribution.residentMonths;
    if (ours !== paidMonths) found.push({ kind: 'monthsDiffer', theirs: paidMonths, ours, months: ours - paidMonths });
  }
  return found;
}

/** The relation that a statement is about: of its scheme and region; without a region the one that agrees, or the one that is normal. */
export function registrationFor({ scheme, region, status }: StatedRelation, answer: Answer): Registration | undefined {
  const fitting = answer.registrations.filter(
    (one) => one.scheme === scheme && (region === undefined || one.region === region),
  );
  return fitting.find((one) => one.status === status) ?? fitting.find((one) => one.status === 'normal') ?? fitting[0];
}

/** The last day of the coverage that holds the day of the question, whatever it is made of; else of the last before it. */
function coveredThroughOf({ scheme, region }: StatedRelation, { coverage, validOn }: Answer): Day | undefined {
  let through: Day | undefined;
  for (const span of coverage) {
    if (span.scheme !== scheme || (region !== undefined && span.region !== region)) continue;
    const follows = through !== undefined && through >= validOn && dayNumber(span.from) <= dayNumber(through) + 1;
    if (span.from > validOn && !follows) continue;
    const end = span.through ?? WITHOUT_END;
    if (through === undefined || end > through) through = end;
  }
  return through;
}

/** How national systems write a day that nobody knows yet. */
const WITHOUT_END = '9999-12-31';
