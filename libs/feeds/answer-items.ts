import type { EventReader, StoredEvent } from '../event-store';
import type { Policies } from '../policy/evaluation';
import { UnreadableEvent, parseStream, personStream } from '../../events';
import { answer, type Question } from '../../projections/answer';
import { changesBetween, figuresOf, type Figures } from '../../projections/difference';
import { UnknownRegion, groundsFrom, type KnownStreams, type Wanted } from '../../projections/grounds';
import { historyOf } from '../../projections/history';
import type { Derivation, Step } from './derivation';
import type { GroundsIndex } from './grounds-index';
import {
  ANSWER_CHANGED,
  REGION_CHANGED,
  itemOf,
  type AnswerChanged,
  type CauseOfItem,
  type Item,
  type RegionChanged,
} from './item';
import { NotLoaded, Streams, type Side } from './streams';

/** What one side says about a person: an answer, nothing because no event names a region, or that he is parked. */
type Said = { region: string; figures: Figures } | 'nowhere' | { parked: string };

/** What was said after an event, for as long as it is what will be said before the next one. */
interface Remembered {
  epoch: number;
  validOn: string;
  said: Said;
}

const PERSONS_REMEMBERED = 5_000;

/**
 * What each event changed in the answers about everyone it concerns: the answer for the day on which it was recorded, as known
 * just before it and just after. A function of the log and the packs, so the same items come out whenever they are asked for.
 */
export class AnswerItems implements Derivation {
  private readonly streams: Streams;
  private remembered = new Map<string, Remembered>();
  /** Rises with every event on which answers of several persons may rest. */
  private epoch = 0;

  constructor(
    store: Pick<EventReader, 'readStream'>,
    private readonly policies: Policies,
    private readonly index: GroundsIndex,
    eventsKept?: number,
  ) {
    this.streams = new Streams(store, eventsKept);
  }

  reach(position: bigint): Promise<void> {
    return this.index.reach(position);
  }

  async *items(event: StoredEvent, after: string | undefined): AsyncGenerator<Step> {
    const subject = parseStream(event.stream);
    this.streams.show(event);
    if (subject === undefined) return;

    if (subject.kind === 'person') {
      const concerned = this.index.onePersonWith(subject.id, event.position);
      if (concerned.length > 1) this.epoch++;
      for (const person of concerned) {
        if (after === undefined || person > after) yield this.step(person, event);
      }
      return;
    }
    if (subject.kind === 'region' && after === undefined) {
      const item = regionItem(subject.id, event);
      yield { item, through: item.place };
    }
    this.epoch++;
    for (const person of this.index.concerned(event.stream, event.position, after ?? '')) {
      yield this.step(person, event);
    }
    this.epoch++;
  }

  private async step(person: string, event: StoredEvent): Promise<Step> {
    const item = await this.compared(person, event);
    return { ...(item ? { item } : {}), through: { position: event.position, key: person } };
  }

  /** The item of one person; undefined where nothing about him reads otherwise. */
  private async compared(person: string, event: StoredEvent): Promise<Item | undefined> {
    this.streams.makeRoom();
    const stream = personStream(person);
    const validOn = event.recordedAt.slice(0, 10);
    const ask = { person, validOn, knownAt: event.recordedAt };
    const before =
      this.recalled(person, event, validOn) ?? (await this.asked('before', (known) => this.said(ask, known)));
    const after = await this.asked('after', (known) => this.said(ask, known));
    this.remember(person, { epoch: this.epoch, validOn, said: after });

    const regions = this.index.regionsOf(stream, event.position);
    const region = regionOf(after) ?? regionOf(before) ?? regions[0];
    if (region === undefined || (isParked(before) && isParked(after))) return undefined;
    const figures = async (side: Side, said: Said): Promise<Figures> => {
      // Where nothing named a region yet, or nothing does any more, the other side's is asked about.
      const told = said === 'nowhere' ? await this.asked(side, (known) => this.said({ ...ask, region }, known)) : said;
      if (told !== 'nowhere' && !isParked(told)) return told.figures;
      return parkedFigures({ ...ask, region }, isParked(told) ? told.parked : stream, this.policies);
    };
    const changes = changesBetween(await figures('before', before), await figures('after', after)).map(
      ({ keys: _keys, ...change }) => change,
    );
    if (changes.length === 0) return undefined;

    const data: AnswerChanged['data'] = { person, region, validOn, cause: causeOf(event), changes };
    return itemOf(
      'answers',
      { position: event.position, key: person },
      { type: ANSWER_CHANGED, subject: person, time: event.recordedAt, data },
      {
        lane: stream,
        cause: event.type,
        regions,
        parts: [...new Set(changes.map(({ at }) => at.split('.', 1)[0]!))],
      },
    );
  }

  private recalled(person: string, event: StoredEvent, validOn: string): Said | undefined {
    const known = this.remembered.get(person);
    const holds = known?.epoch === this.epoch && known.validOn === validOn && event.stream === personStream(person);
    return holds ? known.said : undefined;
  }

  /** Whatever keeps a person's answer from being made parks him, and only him. */
  private said(ask: Wanted, known: KnownStreams): Said {
    try {
      const grounds = groundsFrom(ask, known, this.policies);
      return { region: grounds.question.region, figures: figuresOf(answer(grounds)) };
    } catch (error) {
      if (error instanceof NotLoaded) throw error;
      if (error instanceof UnknownRegion) return 'nowhere';
      const unreadable = error instanceof UnreadableEvent ? error : undefined;
      return { parked: unreadable ? `${unreadable.stream} revision ${unreadable.revision}` : personStream(ask.person) };
    }
  }

  /** Asks of a side, loading what it needs. */
  private async asked<T>(side: Side, ask: (known: KnownStreams) => T): Promise<T> {
    const known = this.streams.known(side);
    for (;;) {
      try {
        return ask(known);
      } catch (error) {
        if (!(error instanceof NotLoaded)) throw error;
        await this.streams.load(error.stream);
      }
    }
  }

  private remember(person: string, said: Remembered): void {
    if (this.remembered.size >= PERSONS_REMEMBERED) this.remembered = new Map();
    this.remembered.set(person, said);
  }
}

function isParked(said: Said): said is { parked: string } {
  return said !== 'nowhere' && 'parked' in said;
}

function regionOf(said: Said): string | undefined {
  return said === 'nowhere' || isParked(said) ? undefined : said.region;
}

/** What the ledger answers about somebody who is parked: nothing but that. */
function parkedFigures(question: Question, needs: string, policies: Policies): Figures {
  const nobody = answer({ question, person: historyOf([], 0n), regions: new Map(), policies });
  return figuresOf({
    ...nobody,
    benefit: { status: 'undetermined' },
    undetermined: [{ question: 'history', why: 'parked', needs }],
  });
}

function regionItem(region: string, event: StoredEvent): Item {
  const data: RegionChanged['data'] = { region, cause: causeOf(event), data: event.data };
  return itemOf(
    'answers',
    { position: event.position, key: '' },
    { type: REGION_CHANGED, subject: region, time: event.recordedAt, data },
    { lane: event.stream, cause: event.type, regions: [region], parts: [] },
  );
}

function causeOf({ id, type, stream, recordedAt, position, metadata }: StoredEvent): CauseOfItem {
  const { effectiveOn } = metadata as { effectiveOn?: string };
  return { event: id, type, stream, effectiveOn: effectiveOn ?? '', recordedAt, position: String(position) };
}
