import { flag, instant, one, text, type Schema } from '../openapi/schema';
import { jobStates } from './file-jobs';

/** What is told of every job on files. */
export const jobHead: Record<string, Schema> = {
  id: { ...text, format: 'uuid' },
  state: one(jobStates),
  receivedAt: instant,
  by: { ...text, description: 'Who sent the files, by account or program' },
  startedAt: instant,
  endedAt: instant,
  resumed: { ...flag, description: 'The server stopped in the middle, and went on at its next start' },
  reason: { ...text, description: 'Why it failed' },
};
export const jobOptional = ['startedAt', 'endedAt', 'resumed', 'reason'];
