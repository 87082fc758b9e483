import { runLedger } from './program';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read our output (head, less) has seen enough.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

void runLedger(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((status) => {
  process.exitCode = status;
});
