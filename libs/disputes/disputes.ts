import type { Clock, Ledger } from '../ledger';
import { RegionNeeded, instantOf } from '../ledger';
import { dayOfInstant, type Day } from '../calendar';
import type { EventReader } from '../event-store';
import type { Policies } from '../policy/evaluation';
import { UnreadableEvent, parseStream, personStream, regionStream, type LedgerEvent } from '../../events';
import type { Answer } from '../../projections/answer';
import { answerTo, difference, type Difference } from '../../projections/difference';
import { formatBasis, type Basis, type LawAs } from './basis';
import type { PackStanding } from './law';
import { gather, mergedStreams, namedStreams, resolve, withRegion, type Material, type Resolved } from './material';
import { impactOf, type Impact } from './impact';
import { proposedEvents } from './proposal';
import { addToRegion, emptyRegionImpact, peopleOf, type RegionImpact } from './region-impact';
import { timelineOf, type Timeline } from './timeline';

/** On which terms an answer was given. */
export interface BasisUsed {
  /** The basis as text, with everything that was left out filled in. */
  text: string;
  as: LawAs | 'asked';
  /** The packs that the answer used, and how each came to count. */
  packs: PackStanding[];
  /** The rulings behind the readings that the answer used. */
  rulings: {
    reading: string;
    choice: string;
    event: string;
    stream: string;
    effectiveOn: string;
    recordedAt: string;
  }[];
}

/** An answer that names its basis. */
export type AnswerAtBasis = Answer & { basis: BasisUsed };

/** Two answers, and why they differ. */
export interface DifferenceReport extends Difference {
  person: string;
  from: AnswerAtBasis;
  to: AnswerAtBasis;
}

/** What a proposal is asked about. */
export interface Proposal extends Pick<Basis, 'validOn' | 'region'> {
  /** The stream that the events are proposed for; left out: the person's own. */
  stream?: string;
}

export interface DisputesOptions {
  ledger: Ledger;
  policies: Policies;
  clock: Clock;
}

/** What was known when, what changed and why: questions about answers. */
export class Disputes {
  private readonly ledger: Ledger;
  private readonly policies: Policies;
  private readonly clock: Clock;

  constructor({ ledger, policies, clock }: DisputesOptions) {
    this.ledger = ledger;
    this.policies = policies;
    this.clock = clock;
  }

  /** The answer at a basis; undefined for a person without a single event. Throws `RegionNeeded`, `PackNotAtHand`, `BadBasis`. */
  async answerAt(person: string, basis: Basis): Promise<AnswerAtBasis | undefined> {
    const material = await gather(this.ledger, person, [basis.region]);
    return material && answerOf(material, this.resolved(material, basis));
  }

  /** Why the answers at two bases differ; undefined for a person without a single event. Throws as `answerAt`. */
  async difference(person: string, from: Basis, to: Basis): Promise<DifferenceReport | undefined> {
    const material = await gather(this.ledger, person, [from.region, to.region]);
    return material && compared(material, this.resolved(material, from), this.resolved(material, to));
  }

  /** Everything recorded about a person on the two axes; undefined for a person without a single event. */
  async timeline(
    person: string,
    { validOn, region }: Pick<Basis, 'validOn' | 'region'>,
  ): Promise<Timeline | undefined> {
    const material = await gather(this.ledger, person, [region]);
    return material && timelineOf(material, validOn, region, instantOf(this.clock()), this.policies);
  }

  /**
   * What proposed events would change for a person: his own (`stream` left out), or those of a region or employer. Records
   * nothing. Undefined for a person without a single event. Throws `InvalidProposal`, and as `answerAt`.
   */
  async impact(person: string, inputs: readonly unknown[], asked: Proposal): Promise<Impact | undefined> {
    const { validOn, region, stream = personStream(person) } = asked;
    const material = await gather(this.ledger, person, [region, regionOfStream(stream)]);
    if (!material) return undefined;
    const now = instantOf(this.clock());
    const known = material.streams.get(stream) ?? (await this.ledger.streamEvents(stream));
    const proposed = proposedEvents(stream, inputs, known, now);
    const basis = { validOn, knownAt: now, ...(region === undefined ? {} : { region }) };
    const widened = await this.withNamed(material, proposed);
    const from = this.resolved(widened, basis);
    const to = { ...from, side: { ...from.side, events: [...from.side.events, ...proposed] } };
    const revision = material.streams.get(personStream(person))!.at(-1)!.revision!;
    return impactOf(compared(widened, from, to), proposed, revision, dayOfInstant(now));
  }

  /**
   * What events proposed for a region's stream would change for everyone it touches: those whose facts name the region or one
   * below it. `reader` is scanned once. Records nothing. Throws `InvalidProposal`.
   */
  async regionImpact(
    reader: Pick<EventReader, 'readAll'>,
    region: string,
    inputs: readonly unknown[],
    validOn: Day,
  ): Promise<RegionImpact> {
    const stream = regionStream(region);
    const known = await this.ledger.streamEvents(stream);
    const proposed = proposedEvents(stream, inputs, known, instantOf(this.clock()));
    const total = emptyRegionImpact(region, validOn, proposed);
    for (const person of await peopleOf(reader, region)) {
      const impact = await this.impactOrParked(person, proposed, { validOn, stream });
      if (impact) addToRegion(total, person, impact);
    }
    return total;
  }

  private async impactOrParked(
    person: string,
    proposed: LedgerEvent[],
    asked: Proposal,
  ): Promise<Impact | 'parked' | undefined> {
    try {
      return await this.impact(person, proposed, asked);
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
    return resolve(material, basis, instantOf(this.clock()), this.policies);
  }
}

/** The answer of a resolved basis. */
export function answerOf({ person }: Material, { basis, side, law }: Resolved): AnswerAtBasis {
  const answer = withRegion(person, () => answerTo(side));
  return { ...answer, basis: basisUsed(answer, { basis, side, law }) };
}

/** Two resolved bases compared. */
export function compared(material: Material, from: Resolved, to: Resolved): DifferenceReport {
  const [before, after] = [answerOf(material, from), answerOf(material, to)];
  const found = withRegion(material.person, () => difference(from.side, to.side, { from: before, to: after }));
  return { person: material.person, from: before, to: after, ...found };
}

function basisUsed(answer: Answer, { basis, side, law }: Resolved): BasisUsed {
  const ruled = new Map(
    answer.readings.flatMap(({ id, choice, by }) => (by === 'ruling' ? [[id, choice] as const] : [])),
  );
  return {
    text: formatBasis({ ...basis, region: answer.region }),
    as: basis.as ?? 'asked',
    packs: answer.packs.map(law.standing),
    rulings: side.events.flatMap((event) => {
      if (event.type !== 'RulingRecorded' || ruled.get(event.data.reading) !== event.data.choice) return [];
      const { reading, choice } = event.data;
      const { id, stream, effectiveOn, recordedAt } = event;
      return [{ reading, choice, event: id, stream, effectiveOn, recordedAt }];
    }),
  };
}

function regionOfStream(stream: string): string | undefined {
  const place = parseStream(stream);
  return place?.kind === 'region' ? place.id : undefined;
}
