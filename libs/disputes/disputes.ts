import type { Ledger } from '../ledger';
import { RegionNeeded, warningsOf } from '../ledger';
import { dayOfInstant } from '../calendar';
import type { EventReader } from '../event-store';
import type { HashAlgorithm } from '../evidence';
import type { Policies } from '../policy/evaluation';
import { UnreadableEvent, parseStream, personStream, regionStream, type LedgerEvent } from '../../events';
import { answerTo } from '../../projections/difference';
import { answerOf, compared, type AnswerAtBasis, type DifferenceReport } from './answers';
import { parseBasis, type Basis } from './basis';
import { askedAgain, givenAnswers, giving, type AskedAgain, type Asker, type GivenAnswer, type Giving } from './given';
import {
  gather,
  mergedStreams,
  namedStreams,
  resolve,
  upTo,
  withRegion,
  type Material,
  type Resolved,
} from './material';
import { impactOf, isIdle, type Impact } from './impact';
import { sealPacket, type PacketSource } from './packet/seal-packet';
import type { Packet } from './packet/format';
import { proposedEvents } from './proposal';
import { addImpact, addPeople, nobodyYet, type RegionImpactStep, type RegionProposal } from './region-impact';
import { timelineOf, type Timeline } from './timeline';

/** What a proposal is asked about. */
export interface Proposal extends Pick<Basis, 'validOn' | 'region'> {
  /** The stream that the events are proposed for; left out: the person's own. */
  stream?: string;
  /** The packs as they would be; left out: as they are. */
  policies?: Policies;
}

export interface DisputesOptions {
  ledger: Ledger;
  policies: Policies;
}

/** What was known when, what changed and why: questions about answers. */
export class Disputes {
  private readonly ledger: Ledger;
  private readonly policies: Policies;

  constructor({ ledger, policies }: DisputesOptions) {
    this.ledger = ledger;
    this.policies = policies;
  }

  /** The answer at a basis; undefined for a person without a single event. Throws `RegionNeeded`, `PackNotAtHand`, `BadBasis`. */
  async answerAt(person: string, basis: Basis): Promise<AnswerAtBasis | undefined> {
    const material = await gather(this.ledger, person, [basis.region]);
    return material && answerOf(material, this.resolved(material, basis));
  }

  /**
   * The answer at a basis on its way out, with the event that records it; recording it is the caller's. Undefined for a person
   * without a single event. `engine` is the version of the program. Throws as `answerAt`.
   */
  async giving(
    person: string,
    basis: Basis,
    asker: Asker,
    { engine, algorithm = 'sm3' }: { engine: string; algorithm?: HashAlgorithm },
  ): Promise<Giving | undefined> {
    const head = await this.ledger.head();
    const gathered = await gather(this.ledger, person, [basis.region]);
    const material = gathered && upTo(gathered, head);
    if (!material) return undefined;
    return giving(material, basis, asker, { head, now: this.ledger.now(), policies: this.policies, engine, algorithm });
  }

  /** The answers that were given out about a person; undefined for a person without a single event. */
  async givenAnswers(person: string): Promise<GivenAnswer[] | undefined> {
    const events = await this.ledger.personEvents(person);
    return events.length === 0 ? undefined : givenAnswers(events);
  }

  /** An answer that was given out, asked again on what it stood on; undefined where there is no such one of the person. */
  async askedAgain(person: string, id: string, { engine }: { engine: string }): Promise<AskedAgain | undefined> {
    const given = (await this.givenAnswers(person))?.find((one) => one.id === id);
    if (!given) return undefined;
    const head = await this.ledger.head();
    const gathered = await gather(this.ledger, person, [parseBasis(given.basis).region]);
    const material = gathered && upTo(gathered, BigInt(given.logPosition));
    return material && askedAgain(given, material, { head, policies: this.policies, engine });
  }

  /** Why the answers at two bases differ; undefined for a person without a single event. Throws as `answerAt`. */
  async difference(person: string, from: Basis, to: Basis): Promise<DifferenceReport | undefined> {
    const material = await gather(this.ledger, person, [from.region, to.region]);
    return material && compared(material, this.resolved(material, from), this.resolved(material, to));
  }

  /**
   * The sealed packet of a question, and of what it is compared against; undefined for a person without a single event.
   * Hashes what the log holds and signs a checkpoint. Throws as `answerAt`.
   */
  async packet(
    person: string,
    basis: Basis,
    against: Basis | undefined,
    source: Omit<PacketSource, 'policies'>,
  ): Promise<Packet | undefined> {
    const material = await gather(this.ledger, person, [basis.region, against?.region]);
    const now = this.ledger.now();
    return material && sealPacket({ ...source, policies: this.policies }, material, basis, against, now);
  }

  /** Everything recorded about a person on the two axes; undefined for a person without a single event. */
  async timeline(
    person: string,
    { validOn, region }: Pick<Basis, 'validOn' | 'region'>,
  ): Promise<Timeline | undefined> {
    const material = await gather(this.ledger, person, [region]);
    return material && timelineOf(material, validOn, region, this.ledger.now(), this.policies);
  }

  /**
   * What proposed events would change for a person: his own (`stream` left out), or those of a region or employer. Records
   * nothing. Undefined for a person without a single event. Throws `InvalidProposal`, and as `answerAt`.
   */
  async impact(person: string, inputs: readonly unknown[], asked: Proposal): Promise<Impact | undefined> {
    const { validOn, region, stream = personStream(person), policies } = asked;
    const material = await gather(this.ledger, person, [region, regionOfStream(stream)]);
    if (!material) return undefined;
    const now = this.ledger.now();
    const known = material.streams.get(stream) ?? (await this.ledger.streamEvents(stream));
    const proposed = policies && inputs.length === 0 ? [] : proposedEvents(stream, inputs, known, now);
    const basis = { validOn, knownAt: now, ...(region === undefined ? {} : { region }) };
    const widened = await this.withNamed(material, proposed);
    const from = this.resolved(widened, basis);
    const would = policies ? resolve(widened, basis, now, policies) : from;
    const revision = material.streams.get(personStream(person))!.at(-1)!.revision!;
    return withRegion(person, () => {
      const after = answerTo({ ...would.side, events: [...would.side.events, ...proposed] });
      return impactOf(answerTo(from.side), after, proposed, revision, dayOfInstant(now));
    });
  }

  /**
   * What a proposal for a region would change for everyone it touches, person by person: those whose facts name the region or
   * one below it. `reader` is scanned once, nothing is kept of whom was told. Records nothing. Throws `InvalidProposal` before
   * the first step.
   */
  async *regionImpact(
    reader: Pick<EventReader, 'readAll'>,
    region: string,
    { validOn, events = [], policies, among }: RegionProposal,
  ): AsyncGenerator<RegionImpactStep, void> {
    const stream = regionStream(region);
    const knownAt = this.ledger.now();
    const known = await this.ledger.streamEvents(stream);
    const proposed = policies && events.length === 0 ? [] : proposedEvents(stream, events, known, knownAt);
    const warnings = warningsOf(proposed, policies ?? this.policies);
    yield {
      kind: 'begun',
      region,
      validOn,
      knownAt,
      ...(known.length === 0 ? {} : { revision: known.at(-1)!.revision! }),
      proposed: proposed.map(({ id, type, effectiveOn }) => ({ id, stream, type, effectiveOn })),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
    const people = new Set<string>();
    let batches = 0;
    for await (const batch of reader.readAll({ filter: { streamPrefixes: ['person-'] } })) {
      addPeople(people, batch, region);
      if (++batches % PROGRESS_EVERY === 0) yield { kind: 'progress', examined: 0, people: people.size };
    }
    const sum = nobodyYet();
    const asked = new Set<string>();
    for (const [index, id] of [...people].entries()) {
      if (index % PROGRESS_EVERY === 0) yield { kind: 'progress', examined: sum.examined, people: people.size };
      if (among && !(await among(id))) continue;
      const found = await this.impactOrParked(id, asked, proposed, { validOn, stream, policies });
      if (found === undefined) continue;
      sum.examined++;
      if (found === 'parked') {
        sum.parked++;
        yield { kind: 'parked', person: id };
      } else if (!isIdle(found)) {
        addImpact(sum, found);
        yield { kind: 'changed', impact: found };
      }
      // A server has others to answer.
      await new Promise(setImmediate);
    }
    yield sum;
  }

  /** Undefined where somebody was asked about under another of his ids. */
  private async impactOrParked(
    id: string,
    asked: Set<string>,
    proposed: LedgerEvent[],
    proposal: Proposal,
  ): Promise<Impact | 'parked' | undefined> {
    try {
      const { countedUnder } = await this.ledger.onePerson(id, this.ledger.now());
      if (asked.has(countedUnder)) return undefined;
      asked.add(countedUnder);
      return (await this.impact(countedUnder, proposed, proposal)) ?? (await this.impact(id, proposed, proposal));
    } catch (error) {
      if (error instanceof UnreadableEvent || error instanceof RegionNeeded) return 'parked';
      throw error;
    }
  }

  /** The material with the regions, employers and people that proposed events name and nothing recorded does. */
  private async withNamed(material: Material, proposed: readonly LedgerEvent[]): Promise<Material> {
    const streams = new Map(material.streams);
    for (const stream of [...mergedStreams(proposed), ...namedStreams(proposed)]) {
      if (!streams.has(stream)) streams.set(stream, await this.ledger.streamEvents(stream));
    }
    return { ...material, streams };
  }

  private resolved(material: Material, basis: Basis): Resolved {
    return resolve(material, basis, this.ledger.now(), this.policies);
  }
}

/** People, or pages of the log, between two words of progress. */
const PROGRESS_EVERY = 100;

function regionOfStream(stream: string): string | undefined {
  const place = parseStream(stream);
  return place?.kind === 'region' ? place.id : undefined;
}
