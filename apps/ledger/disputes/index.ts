import type { Command } from 'commander';
import type { Terminal } from '../terminal';
import { addDiff } from './diff-command';
import { addEvidence } from './evidence-command';
import { addGivenAnswers } from './given-answers';
import { addImpact } from './impact-command';
import { addPacket } from './packet-command';
import { addTimeline } from './timeline-command';

/** The commands about disputes: what was known, what changed, and the proof of it. */
export function addDisputes(program: Command, terminal: Terminal): void {
  addDiff(program, terminal);
  addTimeline(program, terminal);
  addImpact(program, terminal);
  addGivenAnswers(program, terminal);
  addPacket(program, terminal);
  addEvidence(program, terminal);
}

export { askAgain, giveAnswer, type GivingOptions } from './given-answers';
export { basisOf, personOf } from './asking';
export { verifyTheLog, withVerifyLogOptions, type VerifyLogOptions } from './evidence-command';
