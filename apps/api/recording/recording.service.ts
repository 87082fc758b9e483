import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ExpectedRevision } from '../../../libs/event-store';
import { Ledger, type EventFault, type RecordOptions, type RecordOutcome } from '../../../libs/ledger';
import type { LedgerEvent } from '../../../events';
import { keyedRequest, type KeyedRequest } from '../http/idempotency-key';
import { preconditionOf, setRevision } from '../http/preconditions';
import { Problem, faultOf, invalidInput } from '../http/problem';
import { requestId } from '../http/request-log';
import { recordedOf, type Recorded } from './recorded-events';

/** Events that one request may carry; more belong into an import. */
const MAX_EVENTS = 1000;

/** A stream as a route writes to it. */
export interface Target {
  stream: string;
  events: () => Promise<readonly LedgerEvent[]>;
}

/** Where a write comes from and what it holds to. */
export interface WriteTerms {
  options: RecordOptions;
  keyed?: KeyedRequest;
}

/** Records what requests bring: once for each key, only where the stream stands as the sender saw it. */
@Injectable()
export class Recording {
  constructor(private readonly ledger: Ledger) {}

  /** Records the events of a body and answers with them as stored. */
  async record(request: Request, response: Response, target: Target): Promise<Recorded> {
    const body: unknown = request.body;
    const terms = await this.termsOf(request, target, body);
    const earlier = await this.recordedBefore(target, terms.keyed);
    if (earlier) return this.reply(response, earlier, true);

    const { inputs, pathOf } = inputsOf(body);
    const outcome = await this.ledger.record(target.stream, inputs, terms.options);
    return this.settle(response, target, outcome, pathOf);
  }

  /** What a write holds to, by its headers. */
  async termsOf(request: Request, target: Target, asked: unknown): Promise<WriteTerms> {
    const keyed = keyedRequest(request, target.stream, asked);
    const precondition = preconditionOf(request);
    const expected: ExpectedRevision | undefined = precondition === 'exists' ? undefined : precondition;
    if (precondition === 'exists' && (await target.events()).length === 0) throw mismatch('noStream');
    return {
      keyed,
      options: {
        expected,
        idempotencyKey: keyed?.key,
        actor: request.caller?.id,
        correlationId: requestId(request),
        causationId: keyed?.cause,
      },
    };
  }

  /** What the key's first request recorded; nothing where it is new. Throws where that request asked for something else. */
  async recordedBefore(target: Target, keyed: KeyedRequest | undefined): Promise<Recorded | undefined> {
    if (!keyed) return undefined;
    const ofKey = (await target.events()).filter(({ metadata }) => metadata.causationId?.startsWith(`${keyed.keyId}.`));
    if (ofKey.length === 0) return undefined;
    if (ofKey.some(({ metadata }) => metadata.causationId !== keyed.cause)) throw keyConflict();
    return recordedOf(ofKey);
  }

  /** Answers with what became of recording. `pathOf` says where in the body an event stood. */
  async settle(
    response: Response,
    target: Target,
    outcome: RecordOutcome,
    pathOf: (index: number) => string,
  ): Promise<Recorded> {
    switch (outcome.outcome) {
      case 'recorded':
      case 'alreadyRecorded': {
        const { revision, events } = outcome;
        const stored = (await target.events()).slice(revision - events.length + 1, revision + 1);
        return this.reply(response, recordedOf(stored), outcome.outcome === 'alreadyRecorded');
      }
      case 'invalid':
        throw invalidInput(outcome.faults.map((fault) => placed(fault, pathOf)));
      case 'wrongExpectedRevision':
        throw mismatch(outcome.actual);
      case 'conflictingId':
        throw new Problem(
          'id-conflict',
          `An event with the id ${outcome.id} is recorded already and says something else.`,
        );
      case 'refused':
        throw new Problem('not-storable', outcome.message);
      case 'unknown':
        throw new Problem(
          'outcome-unknown',
          'The connection to the store failed. Send the same request again with the same Idempotency-Key or event ids; nothing is recorded twice.',
          {},
          { 'Retry-After': '1' },
        );
    }
  }

  reply(response: Response, recorded: Recorded, again: boolean): Recorded {
    setRevision(response, recorded.revision);
    if (again) response.setHeader('Idempotency-Hit', 'true');
    return recorded;
  }
}

function mismatch(actual: ExpectedRevision): Problem {
  const stands = actual === 'noStream' ? 'has no event yet' : `is at revision ${actual}`;
  return new Problem(
    'revision-mismatch',
    `The stream ${stands}. Read it again, decide again, and send with what it says.`,
    {
      revision: actual === 'noStream' ? null : actual,
    },
  );
}

function keyConflict(): Problem {
  return new Problem(
    'id-conflict',
    'This Idempotency-Key came before with another body. Use a new key for a new request.',
  );
}

/** The events of a body: one envelope, a list of them, or a list under `events`. */
function inputsOf(body: unknown): { inputs: unknown[]; pathOf: (index: number) => string } {
  const wrapped = isRecord(body) && Array.isArray(body['events']) && Object.keys(body).length === 1;
  const list: unknown = wrapped ? body['events'] : body;
  const expected = `an event, or a list of 1 to ${MAX_EVENTS} events`;
  if (!Array.isArray(list)) {
    if (!isRecord(list)) throw invalidInput([faultOf('body', list, expected)]);
    return { inputs: [list], pathOf: () => '' };
  }
  if (list.length === 0 || list.length > MAX_EVENTS) throw invalidInput([faultOf('body', list, expected)]);
  return { inputs: list, pathOf: (index) => `${wrapped ? 'events' : ''}[${index}].` };
}

function placed({ index, field, value, expected }: EventFault, pathOf: (index: number) => string) {
  return {
    field: `${pathOf(index)}${field}`,
    value: DESCRIBED.test(String(value)) ? value : faultOf('', value, '').value,
    expected,
  };
}

/** A value that the door described instead of repeating it. */
const DESCRIBED = /^\((a text of \d+ characters|an? [a-z]+)\)$/;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
