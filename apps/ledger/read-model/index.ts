import type { Command } from 'commander';
import type { Terminal } from '../terminal';
import { addParked, addUnpark } from './parked-command';
import { addRebuild } from './rebuild-command';
import { addVerify } from './verify-command';

/** The commands about the tables that hold everyone: made anew, compared with the log, and who could not be read. */
export function addReadModel(program: Command, terminal: Terminal): void {
  addRebuild(program, terminal);
  addVerify(program, terminal);
  addParked(program, terminal);
  addUnpark(program, terminal);
}
