import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { dayOfInstant } from '../../../libs/calendar';
import type { EventStore } from '../../../libs/event-store';
import {
  Ledger,
  RegionNeeded,
  instantOf,
  type EventFault,
  type RecordOptions,
  type RecordOutcome,
  warningsOf,
  type Warning,
} from '../../../libs/ledger';
import { LoadedPolicies } from '../../../libs/policy';
import { parseStream } from '../../../events';
import type { Answer } from '../../../projections/answer';
import { FourEyes, Changes, Reach, callerOf, changeIn, type Change } from '../access';
import { keyedRequest, type KeyedRequest } from '../http/idempotency-key';
import { mismatch, preconditionOf, setRevision } from '../http/preconditions';
import { Problem, faultOf, invalidInput } from '../http/problem';
import { requestId } from '../http/request-log';
import { Metrics } from '../metrics/metrics';
import { STORE } from '../parts';
import { answerChanges, type AnswerChange } from './answer-changes';
import { recordedOf, type Recorded } from './recorded-events';
import { trialLedger } from './trial-store';
import type { WriteQuery } from './write.query';

/** Events that one request may carry; more belong into an import. */
const MAX_EVENTS = 1000;

/** Where a write goes, on whose word, and what it holds to. */
export interface Write {
  stream: string;
  options: RecordOptions;
  keyed?: KeyedRequest;
  /** The ledger it is done on; a passing one where it is only tried. */
  ledger: Ledger;
  dryRun: boolean;
  validOn: string;
  response: Response;
}

/** What a write recorded, or, tried only, would record and change. */
export type Written = Recorded & Partial<Tried> & Warned;

interface Warned {
  /** What was recorded and settles nothing as the packs stand; absent where there is none. */
  warnings?: Warning[];
}

interface Tried {
  dryRun: true;
  /** What would change in the person's answer; absent where the stream is no person's, or no region is known to ask about. */
  changes?: AnswerChange[];
}

/** Records what requests bring: once for each key, only where the stream stands as the sender saw it. */
@Injectable()
export class Recording {
  constructor(
    private readonly ledger: Ledger,
    private readonly policies: LoadedPolicies,
    private readonly metrics: Metrics,
    private readonly reach: Reach,
    private readonly fourEyes: FourEyes,
    private readonly changes: Changes,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  /** Records the events of a body and answers with them as stored. */
  async record(request: Request, response: Response, stream: string, query: WriteQuery): Promise<Written | Change> {
    const body: unknown = request.body;
    const { inputs, pathOf } = inputsOf(body);
    const principal = callerOf(request);
    await this.reach.check(principal, stream, inputs);
    const write = await this.begin(request, response, stream, query, body);
    const earlier = await this.recordedBefore(write);
    if (earlier) return earlier;
    if (!write.dryRun && this.fourEyes.need(principal, inputs)) return this.ask(write, inputs, pathOf);

    if (write.dryRun) response.status(200);
    return this.settle(write, await write.ledger.record(stream, inputs, write.options), pathOf);
  }

  /** What a write is by its headers and query. Throws where the stream does not stand as it asks. */
  async begin(request: Request, response: Response, stream: string, query: WriteQuery, asked: unknown): Promise<Write> {
    const keyed = keyedRequest(request, stream, asked);
    const precondition = preconditionOf(request);
    if (precondition === 'exists' && (await this.ledger.streamEvents(stream)).length === 0) throw mismatch('noStream');
    const dryRun = query.dryRun === 'true';
    return {
      stream,
      keyed,
      response,
      dryRun,
      validOn: query.validOn ?? dayOfInstant(instantOf(Date.now())),
      ledger: dryRun ? trialLedger(this.store, this.policies) : this.ledger,
      options: {
        expected: precondition === 'exists' ? undefined : precondition,
        idempotencyKey: keyed?.key,
        actor: request.principal?.subject,
        correlationId: requestId(request),
        causationId: keyed?.cause,
      },
    };
  }

  /** Records that the events are asked for, where a second person must approve; replies 202 with the change. */
  async ask(write: Write, inputs: readonly unknown[], pathOf: (index: number) => string): Promise<Written | Change> {
    const outcome = await this.changes.request(write.stream, inputs, write.options);
    if ('refused' in outcome) return this.settle(write, outcome.refused, pathOf);
    return pending(write.response, outcome.asked);
  }

  /** What the key's first request recorded; nothing where it is new. Throws where that request asked for something else. */
  async recordedBefore({ stream, keyed, response }: Write): Promise<(Recorded & Warned) | Change | undefined> {
    if (!keyed) return undefined;
    const events = await this.ledger.streamEvents(stream);
    const ofKey = events.filter(({ metadata }) => metadata.causationId?.startsWith(`${keyed.keyId}.`));
    if (ofKey.length === 0) return undefined;
    if (ofKey.some(({ metadata }) => metadata.causationId !== keyed.cause)) throw keyConflict();
    if (ofKey[0]!.type === 'ChangeRequested') {
      response.setHeader('Idempotency-Hit', 'true');
      return pending(response, changeIn(events, ofKey[0]!.id)!);
    }
    return reply(response, this.warned(recordedOf(ofKey)), true);
  }

  /** Answers with what became of recording. `pathOf` says where in the body an event stood. */
  async settle(write: Write, outcome: RecordOutcome, pathOf: (index: number) => string): Promise<Written> {
    switch (outcome.outcome) {
      case 'recorded':
      case 'alreadyRecorded': {
        const { revision, events } = outcome;
        const stream = await write.ledger.streamEvents(write.stream);
        const recorded = this.warned(recordedOf(stream.slice(revision - events.length + 1, revision + 1)));
        const again = outcome.outcome === 'alreadyRecorded';
        if (!write.dryRun && !again) this.metrics.eventsRecorded(write.stream, events.length);
        if (!write.dryRun) return reply(write.response, recorded, again);
        return { ...recorded, dryRun: true, ...(await this.changesBy(write)) };
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
        throw new Problem(outcome.reason === 'tooLarge' ? 'too-large' : 'not-storable', outcome.message);
      case 'unknown':
        throw new Problem(
          'outcome-unknown',
          'The connection to the store failed. Send the same request again with the same Idempotency-Key or event ids; nothing is recorded twice.',
          {},
          { 'Retry-After': '1' },
        );
    }
  }

  private warned(recorded: Recorded): Recorded & Warned {
    const warnings = warningsOf(recorded.events, this.policies);
    return warnings.length > 0 ? { ...recorded, warnings } : recorded;
  }

  private async changesBy({ stream, ledger, validOn }: Write): Promise<Pick<Tried, 'changes'>> {
    const parts = parseStream(stream);
    if (parts?.kind !== 'person') return {};
    const ask = (of: Ledger, region?: string) => of.answer({ person: parts.id, region, validOn });
    try {
      const after = await ask(ledger);
      let before: Answer | undefined;
      if (after) before = await ask(this.ledger, after.region);
      return { changes: answerChanges(before, after) };
    } catch (error) {
      if (error instanceof RegionNeeded) return {};
      throw error;
    }
  }
}

function reply<T extends Recorded>(response: Response, recorded: T, again: boolean): T {
  setRevision(response, recorded.revision);
  if (again) response.setHeader('Idempotency-Hit', 'true');
  return recorded;
}

function pending(response: Response, change: Change): Change {
  setRevision(response, change.revision);
  response.status(202).location(`/v1/changes/${change.id}`);
  return change;
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
  const shown = DESCRIBED.test(String(value)) ? value : faultOf('', value, '').value;
  return { field: `${pathOf(index)}${field}`, value: shown, expected };
}

/** A value that the door described instead of repeating it. */
const DESCRIBED = /^\((a text of \d+ characters|an? [a-z]+)\)$/;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
