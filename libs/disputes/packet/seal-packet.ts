import type { EventReader, StoredEvent } from '../../event-store';
import {
  base64Of,
  canonicalJson,
  digestOf,
  inclusionProof,
  readCheckpoint,
  type HashAlgorithm,
  type Sealer,
} from '../../evidence';
import type { Difference } from '../../../projections/difference';
import { jurisdictionsOf, type Pack, type Policies } from '../../policy/evaluation';
import { fromStored, parseStream } from '../../../events';
import { answerOf, compared, type DifferenceReport } from '../answers';
import { formatBasis, type Basis } from '../basis';
import { resolve, type Material } from '../material';
import { PACKET_FORMAT, sectionsOf, type Packet, type PacketContent, type SealedEvent } from './format';

/** What a packet is made from. */
export interface PacketSource {
  reader: Pick<EventReader, 'readAll' | 'eventAt' | 'readStream'>;
  sealer: Sealer;
  policies: Policies;
  engine: { name: string; version: string };
}

/**
 * The packet of a question, and of what it is compared against: hashes what the log holds, signs a checkpoint, and encloses
 * every event that an answer rests on with its proof. `now` is the instant of the packet. The material is the person's.
 */
export async function sealPacket(
  { reader, sealer, policies, engine }: PacketSource,
  { person, streams }: Material,
  basis: Basis,
  against: Basis | undefined,
  now: string,
): Promise<Packet> {
  const stored = new Map<string, StoredEvent[]>();
  for (const stream of streams.keys()) stored.set(stream, await reader.readStream(stream));
  const { note } = await sealer.catchUp(reader, now, BATCH);
  const { size } = readCheckpoint(note)!;

  const kept = withoutIdleEmployers(stored, (some) => said(person, some, basis, against, now, policies));
  const { answer, other } = said(person, kept, basis, against, now, policies);
  const events = [...kept.values()].flat().sort((a, b) => (a.position < b.position ? -1 : 1));
  const content: PacketContent = {
    engine,
    madeAt: now,
    key: sealer.vkey,
    checkpoint: note,
    question: { person, basis: settled(basis, now) },
    answer,
    ...(other
      ? {
          against: {
            question: { person, basis: settled(against!, now) },
            answer: other.to,
            difference: differenceOf(other),
          },
        }
      : {}),
    events: events.map((event) => sealedEvent(event, sealer, size)),
    packs: packsFor(kept, policies),
  };
  // What JSON makes of it is what is sealed, so that reading it back changes nothing.
  const plain = JSON.parse(canonicalJson(withoutBigints(content))) as PacketContent;
  return {
    format: PACKET_FORMAT,
    content: plain,
    seal: sealer.sign(sealText(plain, sealer.evidence.hasher.algorithm)),
  };
}

/** Small, so that a server goes on serving meanwhile. */
const BATCH = 256;

/** The text of a packet's file. */
export function packetText(packet: Packet): string {
  return `${canonicalJson(packet)}\n`;
}

/** The text under the signature: the digest of every section, in order. */
export function sealText(content: PacketContent, algorithm: HashAlgorithm): string {
  const lines = sectionsOf(content).map(({ name, value }) => `${digestOf(algorithm, canonicalJson(value))} ${name}`);
  return `${PACKET_FORMAT}\n${algorithm}\n${lines.join('\n')}\n`;
}

/** Both answers and the difference, from stored events and packs alone. */
export function said(
  person: string,
  stored: ReadonlyMap<string, readonly StoredEvent[]>,
  basis: Basis,
  against: Basis | undefined,
  now: string,
  policies: Policies,
) {
  const material: Material = {
    person,
    streams: new Map([...stored].map(([stream, events]) => [stream, events.map(fromStored)])),
  };
  const from = resolve(material, basis, now, policies);
  const answer = answerOf(material, from);
  const other = against && compared(material, from, resolve(material, against, now, policies));
  return { answer, other };
}

/** What is kept of a comparison beside its answers. */
export function differenceOf({ changes, causes, steps, withoutEffect, unsifted }: DifferenceReport): Difference {
  return { changes, causes, steps, withoutEffect, ...(unsifted ? { unsifted } : {}) };
}

/** The packs of every region that the events name, and of those above: all versions, so that the choice among them can be made again. */
function packsFor(stored: ReadonlyMap<string, readonly StoredEvent[]>, { packs }: Policies): Pack[] {
  const regions = new Set<string>([NATIONAL]);
  for (const stream of stored.keys()) {
    const place = parseStream(stream);
    if (place?.kind === 'region') for (const code of jurisdictionsOf(place.id)) regions.add(code);
  }
  return packs.filter(({ region }) => regions.has(region)).map(contentOf);
}

const NATIONAL = '000000';

/** A pack without what only its loader knows of it. */
function contentOf(pack: Pack): Pack {
  const { file: _file, declared: _declared, statedIn: _statedIn, ...content } = pack as Pack & Record<string, unknown>;
  return content as unknown as Pack;
}

/** Payrolls name other people: an employer's stream is enclosed only where an answer rests on it. */
function withoutIdleEmployers(
  stored: ReadonlyMap<string, StoredEvent[]>,
  ask: (some: ReadonlyMap<string, StoredEvent[]>) => unknown,
): ReadonlyMap<string, StoredEvent[]> {
  const whole = canonicalJson(withoutBigints(ask(stored)));
  const fewer = new Map([...stored].filter(([stream]) => parseStream(stream)?.kind !== 'employer'));
  if (fewer.size === stored.size) return stored;
  return canonicalJson(withoutBigints(ask(fewer))) === whole ? fewer : stored;
}

function sealedEvent(event: StoredEvent, { evidence }: Sealer, size: number): SealedEvent {
  const leaf = evidence.leafAt(event.position);
  if (leaf === undefined || leaf >= size) {
    throw new Error(
      `the event at position ${event.position} of ${event.stream} is not in the evidence of the log; check the log first`,
    );
  }
  const { id, type, stream, revision, position, recordedAt, data, metadata } = event;
  const proof = inclusionProof(evidence.hashAt, evidence.hasher, leaf, size).map(base64Of);
  return { id, type, stream, revision, position: String(position), recordedAt, data, metadata, leaf, proof };
}

function settled(basis: Basis, now: string): string {
  return formatBasis({ ...basis, knownAt: basis.knownAt ?? now });
}

function withoutBigints(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)));
}
