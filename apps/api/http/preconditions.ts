import type { Request, Response } from 'express';
import type { ExpectedRevision } from '../../../libs/event-store';
import { Problem, faultOf, invalidInput } from './problem';

/** Where a writer says the stream must stand: at a revision, anywhere but existing, not existing, or he does not say. */
export type Precondition = ExpectedRevision | 'exists' | undefined;

const REVISION_TAG = /^"(\d{1,15})"$/;

/** Reads `If-Match: "<revision>"`, `If-Match: *` and `If-None-Match: *`. */
export function preconditionOf(request: Request): Precondition {
  const match = request.headers['if-match'];
  const noneMatch = request.headers['if-none-match'];
  if (match !== undefined && noneMatch !== undefined) {
    throw invalidInput([faultOf('If-None-Match', noneMatch, 'left out where If-Match is given')]);
  }
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === '*') return 'noStream';
    throw invalidInput([faultOf('If-None-Match', noneMatch, '*, meaning that the stream must not exist yet')]);
  }
  if (match === undefined) return undefined;
  if (match.trim() === '*') return 'exists';
  const revision = REVISION_TAG.exec(match.trim())?.[1];
  if (revision === undefined) {
    throw invalidInput([
      faultOf('If-Match', match, 'the revision of the stream in quotes, as its ETag gives it ("12"), or *'),
    ]);
  }
  return Number(revision);
}

/** Says at which revision the stream stands. */
export function setRevision(response: Response, revision: number | undefined): void {
  if (revision !== undefined) response.setHeader('ETag', `"${revision}"`);
}

/** The refusal of a write whose stream does not stand where it must. */
export function mismatch(actual: ExpectedRevision): Problem {
  const stands = actual === 'noStream' ? 'has no event yet' : `is at revision ${actual}`;
  return new Problem(
    'revision-mismatch',
    `The stream ${stands}. Read it again, decide again, and send with what it says.`,
    { revision: actual === 'noStream' ? null : actual },
  );
}
