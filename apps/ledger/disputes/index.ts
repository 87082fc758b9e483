import type { Command } from 'commander';
import type { Terminal } from '../terminal';
import { addDiff } from './diff-command';
import { addEvidence } from './evidence-command';
import { addImpact } from './impact-command';
import { addPacket } from './packet-command';
import { addTimeline } from './timeline-command';

/** The commands about disputes: what was known, what changed, and the proof of it. */
export function addDisputes(program: Command, terminal: Terminal): void {
  addDiff(program, terminal);
  addTimeline(program, terminal);
  addImpact(program, terminal);
  addPacket(program, terminal);
  addEvidence(program, terminal);
}
