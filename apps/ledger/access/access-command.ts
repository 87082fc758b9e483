import type { Command } from 'commander';
import { addAudit } from './audit-command';
import { addKeys } from './keys-command';
import type { Terminal } from '../terminal';

/** `ledger access …`: who may get in, and who read whom. */
export function addAccess(program: Command, terminal: Terminal): void {
  const access = program.command('access').description('keys of machines and people, and the audit trail');
  addKeys(access, terminal);
  addAudit(access, terminal);
}
