export { BadBasis, formatBasis, parseBasis, type Basis, type LawAs } from './basis';
export {
  Disputes,
  type AnswerAtBasis,
  type BasisUsed,
  type DifferenceReport,
  type DisputesOptions,
  type Proposal,
} from './disputes';
export { PackNotAtHand, type PackStanding } from './law';
export { causeWords, changeWords, pathWords, term, valueWords, type Language } from './words';
export { isIdle, type Bearing, type DayChanges, type DayRun, type Impact } from './impact';
export { InvalidProposal, type ProposalFault } from './proposal';
export { type Timeline, type TimelineEvent, type TimelineState } from './timeline';
export { type RegionImpact } from './region-impact';
