import { Injectable } from '@nestjs/common';
import { Ledger, type Asked } from '../../../libs/ledger';
import { UnreadableEvent } from '../../../events';
import { answer } from '../../../projections/answer';
import type { Grounds } from '../../../projections/inquiry';

/** Bytes of answers kept, about three thousand of them. */
const KEPT_BYTES = 32_000_000;
/** Of a longer one nothing is kept. */
const LONGEST = 200_000;

/** An answer as it goes over the wire. */
export interface Told {
  json: Buffer;
  /** Of the last event of the person's stream; undefined where it cannot be read. */
  revision: number | undefined;
}

/** An answer, and where in it the instant stands that was asked for. */
interface Kept {
  grounds: Grounds;
  json: Buffer;
  from: number;
  through: number;
}

/**
 * Answers as they go over the wire. One that was given is given again while everything it was made from is still the very same: the
 * histories of the person, his regions and employers, the packs, the day and the readings. An answer is a function of these alone;
 * only the instant it names differs, and that is put in anew.
 */
@Injectable()
export class AnswerMemory {
  /** Two generations, the older one dropped whole. */
  private young = new Map<string, Kept>();
  private old = new Map<string, Kept>();
  private youngBytes = 0;

  constructor(private readonly ledger: Ledger) {}

  /**
   * The answer as JSON, of the log at `head` or later; left out: as it stands. Undefined for a person without a single event. Throws
   * as `Ledger.answer` does.
   */
  async ask(asked: Asked, head?: bigint): Promise<Told | undefined> {
    try {
      const known = await this.ledger.whatIsKnown(asked, head);
      return known && { json: this.told(known.grounds), revision: known.revision };
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      return { json: Buffer.from(JSON.stringify(await this.ledger.answer(asked))), revision: undefined };
    }
  }

  private told(grounds: Grounds): Buffer {
    const key = keyOf(grounds);
    const kept = this.young.get(key) ?? this.old.get(key);
    if (kept && sameGrounds(kept.grounds, grounds)) {
      if (!this.young.has(key)) this.keep(key, kept);
      return withInstant(kept, grounds);
    }
    const json = bytesOf(JSON.stringify(answer(grounds)));
    const instant = instantIn(grounds);
    const from = json.indexOf(instant);
    if (from >= 0 && json.length <= LONGEST) this.keep(key, { grounds, json, from, through: from + instant.length });
    return json;
  }

  private keep(key: string, kept: Kept): void {
    if (this.youngBytes + kept.json.length > KEPT_BYTES / 2) {
      this.old = this.young;
      this.young = new Map();
      this.youngBytes = 0;
    }
    this.youngBytes += kept.json.length - (this.young.get(key)?.json.length ?? 0);
    this.young.set(key, kept);
  }
}

/** Written straight to where the longest fits: otherwise a text is read once more to learn how many bytes it takes. */
const scratch = Buffer.allocUnsafeSlow(LONGEST);

function bytesOf(text: string): Buffer {
  // A character takes three bytes at most.
  if (3 * text.length > scratch.length) return Buffer.from(text);
  return Buffer.from(scratch.subarray(0, scratch.write(text)));
}

function withInstant({ grounds, json, from, through }: Kept, asked: Grounds): Buffer {
  if (grounds.question.knownAt === asked.question.knownAt) return json;
  return Buffer.concat([json.subarray(0, from), Buffer.from(instantIn(asked)), json.subarray(through)]);
}

/** Stands once in an answer: what comes before it are the person's ids, the region and the day. */
function instantIn({ question }: Grounds): string {
  return `"knownAt":${JSON.stringify(String(question.knownAt))}`;
}

function keyOf({ question: { person, region, validOn, readings } }: Grounds): string {
  return `${person} ${region} ${validOn}${readings === undefined ? '' : ` ${chosenIn(readings)}`}`;
}

function chosenIn(readings: Readonly<Record<string, string>>): string {
  return Object.entries(readings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .join();
}

/** Histories are made anew when their streams grow or are asked for as known earlier, so the same object says the same. */
function sameGrounds(a: Grounds, b: Grounds): boolean {
  return (
    a.person === b.person &&
    a.policies === b.policies &&
    a.persons?.join() === b.persons?.join() &&
    sameHistories(a.regions, b.regions) &&
    sameHistories(a.employers ?? NONE, b.employers ?? NONE)
  );
}

const NONE: ReadonlyMap<string, unknown> = new Map();

function sameHistories(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  if (a.size !== b.size) return false;
  for (const [id, history] of a) if (b.get(id) !== history) return false;
  return true;
}
