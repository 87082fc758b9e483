export { type AnswerAtBasis, type BasisUsed, type DifferenceReport } from './answers';
export { BadBasis, formatBasis, parseBasis, type Basis, type LawAs } from './basis';
export { Disputes, type DisputesOptions, type Proposal } from './disputes';
export { answerText, type AskedAgain, type Asker, type GivenAnswer, type GivenFinding, type Giving } from './given';
export { isIdle, type Bearing, type DayChanges, type DayRun, type Impact } from './impact';
export { PackNotAtHand, type PackStanding } from './law';
export { checkPacket, packetText, type Packet, type PacketVerdict } from './packet';
export { InvalidProposal, type ProposalFault } from './proposal';
export {
  type DayTotals,
  type RegionImpactBegun,
  type RegionImpactDone,
  type RegionImpactStep,
  type RegionProposal,
} from './region-impact';
export { warmUp } from './warm-up';
export { type Timeline, type TimelineEvent, type TimelineState } from './timeline';
export { causeWords, changeWords, speechOf, term, withRegionNames, type Language, type Speech } from './words';
export { PAGE_POLICY } from './pages/html';
export { NotPrinted, findPrinter, printedPdf, type Printer } from './pages/pdf';
export { statementPage } from './pages/statement-page';
export { timelinePage } from './pages/timeline-page';
