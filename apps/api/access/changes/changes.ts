import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../../../libs/access';
import { dayOfInstant, type Day } from '../../../../libs/calendar';
import { Disputes, InvalidProposal, type Impact } from '../../../../libs/disputes';
import type { EventStore } from '../../../../libs/event-store';
import { Ledger, RegionNeeded, instantOf, type RecordOptions, type RecordOutcome } from '../../../../libs/ledger';
import { LoadedPolicies } from '../../../../libs/policy';
import { changeEventTypes, deterministicId, parseStream, type EventOf, type LedgerEvent } from '../../../../events';
import type { Precondition } from '../../http/preconditions';
import { Problem } from '../../http/problem';
import { mismatch } from '../../http/preconditions';
import { STORE } from '../../parts';
import { trialLedger } from '../../recording/trial-store';
import { Reach } from '../reach';
import { ChangeIndex } from './change-index';

/** An event that somebody asks for. */
export type AskedEvent = EventOf<'ChangeRequested'>['data']['events'][number];

/** A change that needs a second person, and how it went. */
export interface Change {
  id: string;
  stream: string;
  person?: string;
  state: 'pending' | 'approved' | 'declined';
  requestedBy: string;
  requestedAt: string;
  events: AskedEvent[];
  decidedBy?: string;
  decidedAt?: string;
  /** Why it was declined. */
  reason?: string;
  /** Where the stream stands now: approve with If-Match at it to approve on this basis only. */
  revision: number;
}

/** How a change is decided on. */
interface Deciding {
  precondition: Precondition;
  correlationId: string;
  /** Nothing is recorded; what is given is the change as it would be. */
  dryRun: boolean;
}

/** What deciding came to; `outcome` where it could not be recorded. */
interface Decided {
  change: Change;
  again: boolean;
  outcome?: RecordOutcome;
}

/** What is recorded of a request: everything but what the ledger gives. */
const METADATA_KEPT = ['source', 'evidence', 'exceptions'] as const;
const ATTEMPTS = 5;
const CHANGE_TYPES = new Set<string>(changeEventTypes);

/** Changes that one person asks for and another approves or declines. What is asked for is recorded together with the approval, or never. */
@Injectable()
export class Changes {
  constructor(
    private readonly ledger: Ledger,
    private readonly policies: LoadedPolicies,
    private readonly disputes: Disputes,
    private readonly reach: Reach,
    private readonly index: ChangeIndex,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  /**
   * Records that the events are asked for. Whatever recording them would be refused for now, the request is refused for, with the
   * same outcome; `asked` where the request stands, or stood already.
   */
  async request(
    stream: string,
    inputs: readonly unknown[],
    options: RecordOptions,
  ): Promise<{ asked: Change } | { refused: RecordOutcome }> {
    const key = options.idempotencyKey;
    const tried = await trialLedger(this.store, this.policies).record(stream, withoutMigration(inputs), {
      ...options,
      idempotencyKey: key === undefined ? undefined : `asked\n${key}`,
    });
    if (tried.outcome !== 'recorded') return { refused: tried };
    const known = await this.ledger.streamEvents(stream);
    const pending = this.pendingWith(known, new Set(tried.events.map(({ id }) => id)));
    if (pending) return { asked: pending };

    const request = { type: 'ChangeRequested', effectiveOn: today(), data: { events: tried.events.map(askedOf) } };
    const outcome = await this.ledger.record(stream, [request], options);
    if (outcome.outcome !== 'recorded' && outcome.outcome !== 'alreadyRecorded') return { refused: outcome };
    return { asked: changeIn(await this.ledger.streamEvents(stream), outcome.events[0]!.id)! };
  }

  /** The change, as far as the caller may see it; undefined where there is none that he may. */
  async find(principal: Principal, id: string): Promise<Change | undefined> {
    const indexed = await this.index.find(id.toLowerCase());
    if (!indexed || (await this.reach.of(principal, indexed.stream)) !== 'own') return undefined;
    return changeIn(await this.ledger.streamEvents(indexed.stream), indexed.id);
  }

  /** Changes that the caller may see, in the order of their requests, after the position. */
  async list(
    principal: Principal,
    { state, after, limit }: { state?: Change['state']; after: bigint; limit: number },
  ): Promise<{ changes: Change[]; next: bigint | undefined }> {
    const changes: Change[] = [];
    let last = after;
    for (const indexed of await this.index.all()) {
      if (indexed.position <= after || (state !== undefined && indexed.state !== state)) continue;
      if (changes.length === limit) return { changes, next: last };
      last = indexed.position;
      if ((await this.reach.of(principal, indexed.stream)) !== 'own') continue;
      const change = changeIn(await this.ledger.streamEvents(indexed.stream), indexed.id);
      if (change) changes.push(change);
    }
    return { changes, next: undefined };
  }

  /** What a pending change of a person's stream would change for him; undefined where that cannot be told. */
  async impact({ person, stream, state, events }: Change, validOn: Day): Promise<Impact | undefined> {
    if (state !== 'pending' || person === undefined) return undefined;
    try {
      return await this.disputes.impact(person, events.map(inputOf), { validOn, stream });
    } catch (error) {
      if (error instanceof RegionNeeded || error instanceof InvalidProposal) return undefined;
      throw error;
    }
  }

  /**
   * Approves, and with the same append records what was asked for: both or neither. Without a precondition only where nothing but
   * requests and decisions was recorded in the stream since the request; with one only where the stream stands as it says.
   */
  async approve(principal: Principal, id: string, { precondition, correlationId, dryRun }: Deciding): Promise<Decided> {
    const approval = deterministicId(`approved\n${id.toLowerCase()}`);
    return this.decide(principal, id, 'approved', { precondition, dryRun }, (change, since) => {
      if (precondition === undefined && since.some(({ type }) => !CHANGE_TYPES.has(type)))
        throw mismatch(change.revision);
      const asked = change.events.map((event) => ({
        ...inputOf(event),
        metadata: { ...event.metadata, actor: change.requestedBy, causationId: change.id, correlationId },
      }));
      const approved = { id: approval, type: 'ChangeApproved', effectiveOn: today(), data: { request: change.id } };
      return [{ ...approved, metadata: { actor: principal.subject, correlationId } }, ...asked];
    });
  }

  /** Declines: nothing that was asked for happens. */
  decline(
    principal: Principal,
    id: string,
    reason: string,
    { precondition, correlationId, dryRun }: Deciding,
  ): Promise<Decided> {
    return this.decide(principal, id, 'declined', { precondition, dryRun }, (change) => [
      {
        type: 'ChangeDeclined',
        effectiveOn: today(),
        data: { request: change.id, reason },
        metadata: { actor: principal.subject, correlationId },
      },
    ]);
  }

  private async decide(
    principal: Principal,
    id: string,
    decision: 'approved' | 'declined',
    { precondition, dryRun }: Omit<Deciding, 'correlationId'>,
    eventsOf: (change: Change, since: readonly LedgerEvent[]) => unknown[],
  ): Promise<Decided> {
    const ledger = dryRun ? trialLedger(this.store, this.policies) : this.ledger;
    for (let attempt = 1; ; attempt++) {
      const change = await this.find(principal, id);
      if (!change) throw noSuchChange();
      if (change.requestedBy === principal.subject) {
        throw new Problem('forbidden', 'Whoever asked for a change does not decide on it; a second person must.');
      }
      if (change.state === decision && change.decidedBy === principal.subject) return { change, again: true };
      if (change.state !== 'pending') {
        throw new Problem('already-decided', `This change was ${change.state} already.`);
      }
      if (typeof precondition === 'number' && precondition !== change.revision) throw mismatch(change.revision);
      const stream = await this.ledger.streamEvents(change.stream);
      const at = stream.findIndex((event) => event.id === change.id);
      const known = stream.slice(0, change.revision + 1);
      const events = eventsOf(change, known.slice(at + 1));
      const outcome = await ledger.record(change.stream, events, { expected: change.revision });
      if (outcome.outcome === 'recorded' || outcome.outcome === 'alreadyRecorded') {
        return { change: changeIn(await ledger.streamEvents(change.stream), change.id)!, again: false };
      }
      const overtaken = outcome.outcome === 'wrongExpectedRevision' || outcome.outcome === 'conflictingId';
      if (!overtaken || attempt === ATTEMPTS) return { change, again: false, outcome };
    }
  }

  /** A request of the stream that asks for one of these events and is not decided yet. */
  private pendingWith(known: readonly LedgerEvent[], ids: ReadonlySet<string>): Change | undefined {
    for (const event of known) {
      if (event.type !== 'ChangeRequested' || !event.data.events.some(({ id }) => ids.has(id))) continue;
      const change = changeIn(known, event.id);
      if (change?.state === 'pending') return change;
    }
    return undefined;
  }
}

/** No change of this id, or none that the caller may see. */
export function noSuchChange(): Problem {
  return new Problem('not-found', 'There is no requested change of this id that you may see.');
}

/** How a request of the stream went. */
export function changeIn(stream: readonly LedgerEvent[], id: string): Change | undefined {
  const request = stream.find((event) => event.id === id);
  if (request?.type !== 'ChangeRequested') return undefined;
  const decision = stream.find(
    (event) => (event.type === 'ChangeApproved' || event.type === 'ChangeDeclined') && event.data.request === id,
  );
  const parts = parseStream(request.stream);
  return {
    id,
    stream: request.stream,
    ...(parts?.kind === 'person' ? { person: parts.id } : {}),
    state: decision === undefined ? 'pending' : decision.type === 'ChangeApproved' ? 'approved' : 'declined',
    requestedBy: request.metadata.actor ?? '',
    requestedAt: request.recordedAt,
    events: request.data.events,
    ...(decision === undefined ? {} : { decidedBy: decision.metadata.actor, decidedAt: decision.recordedAt }),
    ...(decision?.type === 'ChangeDeclined' ? { reason: decision.data.reason } : {}),
    revision: stream.at(-1)!.revision!,
  };
}

function askedOf({ id, type, effectiveOn, data, metadata }: LedgerEvent): AskedEvent {
  const kept = Object.fromEntries(
    METADATA_KEPT.flatMap((name) => (metadata[name] === undefined ? [] : [[name, metadata[name]]])),
  );
  return {
    id,
    type,
    effectiveOn,
    ...(Object.keys(data).length > 0 ? { data: { ...data } as Record<string, unknown> } : {}),
    ...(Object.keys(kept).length > 0 ? { metadata: kept } : {}),
  };
}

function inputOf({ id, type, effectiveOn, data }: AskedEvent): Record<string, unknown> {
  return { id, type, effectiveOn, ...(data === undefined ? {} : { data }) };
}

/** History of another system keeps its time, and a request has none but its own. */
function withoutMigration(inputs: readonly unknown[]): readonly unknown[] {
  const migrated = inputs.findIndex(
    (one) => typeof one === 'object' && one !== null && (one as { recordedAt?: unknown }).recordedAt !== undefined,
  );
  if (migrated < 0) return inputs;
  throw new Problem('invalid-input', 'recordedAt: a change that a second person approves is recorded when he does', {
    errors: [
      { field: `[${migrated}].recordedAt`, value: null, expected: 'left out, where a second person must approve' },
    ],
  });
}

function today(): Day {
  return dayOfInstant(instantOf(Date.now()));
}
