import type { Difference } from '../../../projections/difference';
import type { Pack } from '../../policy/evaluation';
import type { AnswerAtBasis } from '../answers';
import type { JsonObject } from '../../event-store';

/** The first words of a packet's seal, and the value of its `format`. */
export const PACKET_FORMAT = 'enrollment-ledger-packet/1';

/** An event as the log holds it, with the proof that the checkpoint vouches for it. */
export interface SealedEvent {
  id: string;
  type: string;
  stream: string;
  revision: number;
  position: string;
  recordedAt: string;
  data: JsonObject;
  metadata: JsonObject;
  /** Its place among the hashed events, from 0. */
  leaf: number;
  /** RFC 9162 inclusion proof, base64 each. */
  proof: string[];
}

/** One question of a packet: its basis as text, everything filled in that was left out. */
export interface SealedQuestion {
  person: string;
  basis: string;
}

/** What a packet says. Every part of it is under the seal. */
export interface PacketContent {
  engine: { name: string; version: string };
  /** When the packet was made. */
  madeAt: string;
  /** The public key of the log, as `name+id+key`. */
  key: string;
  /** The signed checkpoint under which the events stand. */
  checkpoint: string;
  question: SealedQuestion;
  answer: AnswerAtBasis;
  /** The other question, its answer and why they differ. */
  against?: { question: SealedQuestion; answer: AnswerAtBasis; difference: Difference };
  events: SealedEvent[];
  packs: Pack[];
}

/** A packet as it stands in its file: canonical JSON (RFC 8785) and a line feed. */
export interface Packet {
  format: typeof PACKET_FORMAT;
  content: PacketContent;
  /** A signed note that names the digest of every section. */
  seal: string;
}

/** A section of a packet by its name in the seal. */
export interface Section {
  name: string;
  value: unknown;
}

/** The sections of a packet: what is named when a byte of it changes. */
export function sectionsOf(content: PacketContent): Section[] {
  const { events, packs, ...rest } = content;
  return [
    ...Object.keys(rest)
      .sort()
      .map((name) => ({ name, value: (rest as Record<string, unknown>)[name] })),
    { name: 'events', value: events.map(({ id }) => id) },
    ...events.map((event) => ({ name: `event ${event.id}`, value: event })),
    { name: 'packs', value: packs.map(({ sha256 }) => sha256) },
    ...packs.map((pack) => ({ name: `pack ${pack.id} ${pack.version}`, value: pack })),
  ];
}
