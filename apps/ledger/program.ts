import { Command, CommanderError } from 'commander';
import { addAccess } from './access';
import { addAnswer } from './answering';
import { addBackup, addRestore } from './backup';
import { addBench } from './benchmarks';
import { addCopy } from './copying';
import { addDisputes } from './disputes';
import { addWebhooks } from './feeds';
import { addGenerate } from './generation';
import { addImport } from './importing';
import { addPolicy } from './policies';
import { addReadModel } from './read-model';
import { addEvents, addRecord } from './recording';
import { addReconcile } from './reconciling';
import { addReport } from './reporting';
import { addScenario } from './scenarios';
import { addSimulate } from './simulating';
import { addVault } from './vault';
import { BadInput, statusOf, type Status, type Terminal } from './terminal';

/** Runs one command line. Never rejects: what goes wrong is said on stderr and in the exit status. */
export async function runLedger(args: readonly string[], terminal: Terminal): Promise<Status> {
  const program = ledgerProgram(terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return statusOf(program);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.err(`ledger: ${error instanceof BadInput ? error.message : ((error as Error).stack ?? String(error))}\n`);
    return 2;
  }
}

function ledgerProgram(terminal: Terminal): Command {
  const program = new Command('ledger')
    .description('参保台账 · the enrollment ledger: what happened, what it means on a day, and why')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showHelpAfterError('(ledger --help, or ledger COMMAND --help, says what is possible)')
    .addHelpText('after', '\nExit status: 0 yes or done · 1 the answer is no · 2 bad usage or input');
  addAnswer(program, terminal);
  addScenario(program, terminal);
  addImport(program, terminal);
  addReconcile(program, terminal);
  addRecord(program, terminal);
  addEvents(program, terminal);
  addPolicy(program, terminal);
  addCopy(program, terminal);
  addBackup(program, terminal);
  addRestore(program, terminal);
  addGenerate(program, terminal);
  addReadModel(program, terminal);
  addReport(program, terminal);
  addSimulate(program, terminal);
  addDisputes(program, terminal);
  addAccess(program, terminal);
  addWebhooks(program, terminal);
  addVault(program, terminal);
  addBench(program, terminal);
  return program;
}
