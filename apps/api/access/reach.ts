import { Injectable } from '@nestjs/common';
import { mayReach, mayReachOne, regionsNamed, type Principal } from '../../../libs/access';
import type { EventFault } from '../../../libs/ledger';
import { ownEventTypes, isPersonId, parseStream } from '../../../events';
import { Problem } from '../http/problem';
import { Belonging, type Standing } from './belonging';
import { outOfReach } from './refusals';

/** An event as it is sent: nothing about it is sure. */
interface Sent {
  type?: unknown;
  data?: unknown;
}

/** Event types that tie two regions together: one of them is enough. */
const BETWEEN_REGIONS = new Set<unknown>(['Transferred', 'DuplicateDetected', 'DuplicateElected', 'DuplicateResolved']);
const MERGING = new Set<unknown>(['Merged', 'Unmerged']);
const AMENDING = new Set<unknown>(['Corrected', 'Voided']);
const OWN_TYPES = new Set<unknown>(ownEventTypes);

/** What a caller may write: for people, employers and regions of his own, in words that name no other region. */
@Injectable()
export class Reach {
  constructor(private readonly belonging: Belonging) {}

  /** How a stream stands to a caller. */
  async of(principal: Principal, stream: string): Promise<Standing> {
    const parts = parseStream(stream);
    if (!parts) return 'unknown';
    if (parts.kind === 'region') return mayReach(principal, parts.id) ? 'own' : 'others';
    return this.belonging.streamTo(principal, stream);
  }

  /** Throws where he may not write, or even try out, one of the events in the stream. */
  async check(principal: Principal, stream: string, sent: readonly unknown[]): Promise<void> {
    const events = sent.map(sentOf);
    if (events.some(({ type }) => OWN_TYPES.has(type))) {
      throw new Problem(
        'forbidden',
        'Requests, approvals, declines and erasures are recorded by the ledger itself; see /v1/changes and /v1/identities.',
      );
    }
    if ((await this.faults(principal, stream, sent)).length > 0) throw outOfReach();
  }

  /** What of the events the caller may not write, by their places; the same whether the person exists or not. */
  async faults(principal: Principal, stream: string, sent: readonly unknown[]): Promise<EventFault[]> {
    const events = sent.map(sentOf);
    const refused: EventFault[] = events.flatMap(({ type }, index) =>
      OWN_TYPES.has(type)
        ? [{ index, field: 'type', value: type, expected: 'a type that the ledger does not record by itself' }]
        : [],
    );
    if (principal.regions === 'all') return refused;

    const fault = (index: number): EventFault => ({
      index,
      field: 'region',
      value: null,
      expected: 'a region that you may write for',
    });
    const standing = await this.of(principal, stream);
    if (standing === 'others') return events.map((_event, index) => fault(index));
    const known = standing === 'own';
    const introduced = events.some((event) => mayReachOne(principal, regionsNamed(event)));
    if (!known && !introduced) return events.map((_event, index) => fault(index));
    const targets = events.some(({ type }) => AMENDING.has(type)) ? await this.belonging.eventsOf(stream) : [];
    const allowed = await Promise.all(events.map((event) => this.allows(principal, event, targets)));
    return [...refused, ...allowed.flatMap((one, index) => (one ? [] : [fault(index)]))];
  }

  private async allows(
    principal: Principal,
    { type, data }: Sent,
    targets: readonly { id?: string; data?: unknown }[],
  ): Promise<boolean> {
    const named = regionsNamed({ data });
    const reached = BETWEEN_REGIONS.has(type)
      ? named.length === 0 || mayReachOne(principal, named)
      : named.every((region) => mayReach(principal, region));
    if (!reached) return false;
    const fields = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
    if (MERGING.has(type)) {
      const { otherPersonId } = fields;
      return isPersonId(otherPersonId) && (await this.belonging.personTo(principal, otherPersonId)) === 'own';
    }
    if (!AMENDING.has(type)) return true;
    const target = targets.find(({ id }) => id === fields['target']);
    const amended = target === undefined ? [] : regionsNamed(target);
    return (
      (amended.length === 0 || mayReachOne(principal, amended)) &&
      regionsNamed({ data: fields['data'] }).every((region) => mayReach(principal, region))
    );
  }
}

/** The regions that a body of events, or of a command, names in any of its places. */
export function regionsIn(body: unknown): string[] {
  const events = (body as { events?: unknown } | null | undefined)?.events;
  return [body, Array.isArray(events) ? events : []].flat().map(sentOf).flatMap(regionsNamed);
}

function sentOf(input: unknown): Sent {
  return typeof input === 'object' && input !== null ? input : {};
}
