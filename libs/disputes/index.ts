export { BadBasis, formatBasis, parseBasis, type Basis, type LawAs } from './basis';
export { Disputes, type AnswerAtBasis, type BasisUsed, type DifferenceReport, type DisputesOptions } from './disputes';
export { PackNotAtHand, type PackStanding } from './law';
