import { Injectable } from '@nestjs/common';
import { Ledger, type Asked } from '../../../libs/ledger';
import { UnreadableEvent } from '../../../events';
import { answer } from '../../../projections/answer';
import type { Grounds } from '../../../projections/inquiry';

/** Answers kept; ten thousand characters each, as a rule. */
const KEPT = 2_000;
/** Of a longer one nothing is kept. */
const LONGEST = 100_000;

/** The text of an answer, but for the instant that was asked for. */
interface Kept {
  grounds: Grounds;
  before: string;
  after: string;
}

/**
 * Answers as they go over the wire. One that was given is given again while everything it was made from is still the very same: the
 * histories of the person, his regions and employers, the packs, the day and the readings. An answer is a function of these alone;
 * only the instant it names differs, and that is put in anew.
 */
@Injectable()
export class AnswerMemory {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly ledger: Ledger) {}

  /** The answer as JSON; undefined for a person without a single event. Throws as `Ledger.answer` does. */
  async ask(asked: Asked): Promise<string | undefined> {
    const grounds = await this.groundsOf(asked);
    if (grounds === 'unreadable') return JSON.stringify(await this.ledger.answer(asked));
    if (!grounds) return undefined;
    const key = keyOf(grounds);
    const known = this.kept.get(key);
    if (known && sameGrounds(known.grounds, grounds)) {
      // The ones used last are kept longest.
      this.kept.delete(key);
      this.kept.set(key, known);
      return told(known, grounds);
    }
    const text = JSON.stringify(answer(grounds));
    this.keep(key, grounds, text);
    return text;
  }

  private async groundsOf(asked: Asked): Promise<Grounds | 'unreadable' | undefined> {
    try {
      return await this.ledger.groundsOf(asked);
    } catch (error) {
      if (error instanceof UnreadableEvent) return 'unreadable';
      throw error;
    }
  }

  private keep(key: string, grounds: Grounds, text: string): void {
    const instant = instantIn(grounds);
    const at = text.indexOf(instant);
    this.kept.delete(key);
    if (at < 0 || text.length > LONGEST) return;
    this.kept.set(key, { grounds, before: text.slice(0, at), after: text.slice(at + instant.length) });
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
  }
}

function told({ before, after }: Kept, grounds: Grounds): string {
  return `${before}${instantIn(grounds)}${after}`;
}

/** Stands once in an answer: what comes before it are the person's ids, the region and the day. */
function instantIn({ question }: Grounds): string {
  return `"knownAt":${JSON.stringify(String(question.knownAt))}`;
}

function keyOf({ question: { person, region, validOn, readings = {} } }: Grounds): string {
  const chosen = Object.entries(readings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .join();
  return `${person} ${region} ${validOn} ${chosen}`;
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
