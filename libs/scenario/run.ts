import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDay } from '../calendar';
import { commandNames, decide, eventOfCommand } from '../enrollment';

import type { Policies } from '../policy/evaluation';
import { answer } from '../../projections/answer';
import { historyAt, knownAtLimit, type History } from '../../projections/history';
import { onePerson } from '../../projections/grounds';
import type { Grounds } from '../../projections/inquiry';
import { parseStream, personStream, type EventType, type LedgerEvent } from '../../events';
import { disagreements, type Disagreement } from './agreement';
import { defaultPerson, isEventType, plainData, stageCase, type Stage } from './given';
import { readCases, type Case } from './scenario';
import { UnreadableScenario, shown, type Place } from './yaml-source';

/** What became of one item of `then` or `decide`. */
export interface Expectation {
  file: string;
  line: number;
  scenario: string;
  title: string;
  variant?: string;
  item: 'then' | 'decide';
  /** What was asked or commanded, in one line. */
  asked: string;
  passed: boolean;
  disagreements: Disagreement[];
  /** Where asking broke. */
  error?: string;
}

/** What answers and decides; another than the ledger's own only where the runner itself is under test. */
export interface Engine {
  answer(grounds: Grounds): object;
  decide(command: { type: string; data: object }, grounds: Grounds, on: string): object;
}

const ledgerEngine: Engine = { answer, decide: (command, grounds, on) => decide(command as never, grounds, on) };

/** Runs a scenario file with its variants: one expectation an item of `then` and `decide`. Throws `UnreadableScenario`. */
export function runScenario(file: string, policies: Policies, engine: Engine = ledgerEngine): Expectation[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UnreadableScenario(file, 0, `cannot be read: ${(error as Error).message}`);
  }
  return runScenarioText(file, text, policies, engine);
}

/** As `runScenario`, of a text; `file` names it in what is reported. */
export function runScenarioText(
  file: string,
  text: string,
  policies: Policies,
  engine: Engine = ledgerEngine,
): Expectation[] {
  // Everything is read before anything is asked, so that a file is run whole or not at all.
  const runs = readCases(file, text).map((scenario) => new CaseRun(scenario, policies, engine));
  return runs.flatMap((run) => run.expectations());
}

/** Carries a scenario's events, by stream, to where they are kept, and brings them back as they are read there. */
export type Keeper = (streams: ReadonlyMap<string, readonly LedgerEvent[]>) => Promise<Map<string, LedgerEvent[]>>;

/** As `runScenario`, with every event appended to a store and read back before anything is asked. */
export async function runScenarioKept(file: string, policies: Policies, keeper: Keeper): Promise<Expectation[]> {
  const runs = readCases(file, readFileSync(file, 'utf8')).map(
    (scenario) => new CaseRun(scenario, policies, ledgerEngine),
  );
  for (const run of runs) await run.keep(keeper);
  return runs.flatMap((run) => run.expectations());
}

/** The scenario files under the paths: files as they are named, folders searched for `.yaml` and `.yml`, in order. */
export function scenarioFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) throw new UnreadableScenario(path, 0, 'there is no such file or folder');
    return found.isDirectory() ? filesBelow(path) : [path];
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return filesBelow(join(folder, entry.name));
      return /\.ya?ml$/.test(entry.name) ? [join(folder, entry.name)] : [];
    });
}

const THEN_KEYS = ['ask', 'expect', 'tag', 'note'];
const ASK_KEYS = ['person', 'validOn', 'knownAt', 'readings', 'region'];
const DECIDE_KEYS = ['command', 'on', 'person', 'readings', 'expect', 'tag', 'note'];

interface Item {
  kind: 'then' | 'decide';
  place: Place;
  asked: string;
  wanted: unknown;
  run: () => object;
}

class CaseRun {
  private readonly stage: Stage;
  private readonly items: Item[];
  private readonly histories = new Map<string, Map<string, History>>();

  constructor(
    private readonly scenario: Case,
    private readonly policies: Policies,
    private readonly engine: Engine,
  ) {
    this.stage = stageCase(scenario);
    this.items = [
      ...scenario.then.map((place) => this.ask(place)),
      ...scenario.decide.map((place) => this.command(place)),
    ];
  }

  async keep(keeper: Keeper): Promise<void> {
    this.stage.streams = await keeper(this.stage.streams);
  }

  expectations(): Expectation[] {
    return this.items.map((item) => this.check(item));
  }

  private check({ kind, place, asked, wanted, run }: Item): Expectation {
    const { file, scenario, title, variant } = this.scenario;
    const expectation = { file, line: place.line, scenario, title, variant, item: kind, asked };
    try {
      const found = disagreements(wanted, run(), this.stage.labels);
      return { ...expectation, passed: found.length === 0, disagreements: found };
    } catch (error) {
      return { ...expectation, passed: false, disagreements: [], error: (error as Error).stack ?? String(error) };
    }
  }

  private ask(place: Place): Item {
    place.only('an item of then', THEN_KEYS);
    const ask = place.at('ask').only('ask', ASK_KEYS);
    const person = this.personOf(ask, place);
    const validOn = dayOf(ask.at('validOn'), 'ask.validOn', place);
    const knownAt = this.knownAtOf(ask.at('knownAt'), validOn);
    const readings = readingsOf(ask.at('readings'));
    const region = ask.at('region').absent ? this.scenario.region : ask.at('region').text('ask.region');
    const words = [person, `on ${validOn}`, `known ${knownAt}`, ...inWords(readings)];
    return {
      kind: 'then',
      place,
      asked: `ask ${words.join(', ')}`,
      wanted: wantedOf(place),
      run: () => this.engine.answer(this.grounds({ person, region, validOn, knownAt, readings })),
    };
  }

  private command(place: Place): Item {
    place.only('an item of decide', DECIDE_KEYS);
    const person = this.personOf(place, place);
    const on = dayOf(place.at('on'), 'on', place);
    const readings = readingsOf(place.at('readings'));
    const written = place.at('command');
    const [type, ...more] = written.keys('command');
    if (type === undefined || more.length > 0)
      throw written.fault(`command: expected one command, got ${shown(written.value)}`);
    const command = commandNames.find((one) => one === type);
    if (command === undefined) {
      throw written.fault(`command: ${shown(type)} is no command; expected one of ${commandNames.join(', ')}`);
    }
    const event = eventOfCommand[command];
    const data = this.commandData(event, plainData(event, written.at(type).value), person);
    const { region } = this.scenario;
    return {
      kind: 'decide',
      place,
      asked: [`${type} for ${person} on ${on}`, ...inWords(readings)].join(', '),
      wanted: wantedDecision(place),
      run: () =>
        this.engine.decide({ type, data }, this.grounds({ person, region, validOn: on, knownAt: on, readings }), on),
    };
  }

  /** A command's fields with the scenario's defaults, as for the event it asks for. */
  private commandData(event: EventType, data: Record<string, unknown>, person: string): Record<string, unknown> {
    const { region, people } = this.scenario;
    if (event === 'Transferred') data['toRegion'] ??= region;
    else if (!event.startsWith('Duplicate')) data['region'] ??= region;
    const withRegion = (relation: object) => ({ region, ...relation });
    if (Array.isArray(data['relations'])) data['relations'] = data['relations'].map(withRegion);
    if (typeof data['retained'] === 'object' && data['retained'] !== null)
      data['retained'] = withRegion(data['retained']);
    const fundMode = people.at(person).at('fundMode').value;
    if (fundMode !== undefined && (event === 'Paid' || event === 'Registered') && data['scheme'] === 'employee') {
      data['fundMode'] ??= fundMode;
    }
    for (const name of ['reverses', 'target']) {
      const ids = this.stage.labels.get(String(data[name]));
      if (ids?.length === 1) data[name] = ids[0];
    }
    return data;
  }

  private grounds(question: {
    person: string;
    region: string;
    validOn: string;
    knownAt: string | bigint;
    readings?: Record<string, string>;
  }): Grounds {
    const known = this.historiesAt(question.knownAt);
    const regions = new Map<string, History>();
    const employers = new Map<string, History>();
    const people = new Map<string, History>();
    for (const [stream, history] of known) {
      const parts = parseStream(stream);
      if (parts?.kind === 'region') regions.set(parts.id, history);
      if (parts?.kind === 'employer') employers.set(parts.id, history);
      if (parts?.kind === 'person') people.set(parts.id, history);
    }
    const { persons } = onePerson(question.person, people);
    return {
      question,
      person: this.historyOf(question.person, persons, known, question.knownAt),
      persons,
      regions,
      employers,
      policies: this.policies,
    };
  }

  /** The history of a person under all his ids. */
  private historyOf(
    person: string,
    persons: readonly string[],
    known: ReadonlyMap<string, History>,
    knownAt: string | bigint,
  ): History {
    const limit = knownAtLimit(knownAt);
    if (persons.length === 1) return known.get(personStream(person)) ?? historyAt([], limit);
    return historyAt(
      persons.flatMap((one) => this.stage.streams.get(personStream(one)) ?? []),
      limit,
    );
  }

  private historiesAt(knownAt: string | bigint): Map<string, History> {
    let histories = this.histories.get(String(knownAt));
    if (!histories) {
      const limit = knownAtLimit(knownAt);
      const ofStream = ([stream, events]: [string, LedgerEvent[]]): [string, History] => [
        stream,
        historyAt(events, limit),
      ];
      histories = new Map([...this.stage.streams].map(ofStream));
      this.histories.set(String(knownAt), histories);
    }
    return histories;
  }

  private personOf(asked: Place, item: Place): string {
    const { people } = this.stage;
    const place = asked.at('person');
    if (place.absent) {
      return defaultPerson(people) ?? item.fail(`person is missing: expected one of ${people.join(', ')}`);
    }
    const name = place.text('person');
    return people.includes(name)
      ? name
      : place.fail(`person: ${shown(name)} is none of people; expected ${people.join(', ')}`);
  }

  private knownAtOf(place: Place, validOn: string): string | bigint {
    const { lastRecordedDay = validOn } = this.stage;
    if (place.absent) return lastRecordedDay > validOn ? lastRecordedDay : validOn;
    const text = place.text('ask.knownAt');
    try {
      const limit = knownAtLimit(text);
      return typeof limit === 'bigint' ? limit : text;
    } catch {
      return place.fail(`ask.knownAt: expected a day, an instant or a position, got ${shown(text)}`);
    }
  }
}

function wantedOf(place: Place): unknown {
  const expect = place.at('expect');
  if (expect.keys('expect').length === 0)
    (expect.absent ? place : expect).fail('expects nothing: expected a part of the answer');
  return expect.value;
}

/** The expected decision; its events are written like those of `given`, and no review is needed where none is told. */
function wantedDecision(place: Place): unknown {
  const stated = wantedOf(place) as Record<string, unknown>;
  const wanted = stated.review === false ? { ...stated, review: null } : stated;
  const events = place.at('expect').at('events');
  if (events.absent) return wanted;
  if (Array.isArray(events.value)) return { ...wanted, events: events.items('events').map(wantedEvent) };
  const selection: Record<string, unknown> = {};
  for (const key of events.only('events', ['includes', 'excludes']).keys('events')) {
    selection[key] = events.at(key).items(key).map(wantedEvent);
  }
  return { ...wanted, events: selection };
}

function wantedEvent(place: Place): object {
  const keys = place.keys('an event').filter((key) => !['on', 'person', 'stream', 'recorded', 'id'].includes(key));
  const [type = ''] = keys;
  if (keys.length !== 1 || !isEventType(type)) throw place.fault(`events: expected one event type, got ${shown(keys)}`);
  const on = place.at('on');
  return {
    type,
    ...(on.absent ? {} : { effectiveOn: on.text('on') }),
    data: plainData(type, place.at(type).value),
  };
}

function readingsOf(place: Place): Record<string, string> | undefined {
  const readings: Record<string, string> = {};
  for (const id of place.keys('readings')) readings[id] = place.at(id).text(`readings.${id}`);
  return Object.keys(readings).length === 0 ? undefined : readings;
}

function inWords(readings: Record<string, string> | undefined): string[] {
  return Object.entries(readings ?? {}).map(([id, choice]) => `${id}=${choice}`);
}

function dayOf(place: Place, what: string, item: Place): string {
  if (place.absent) return item.fail(`${what} is missing: expected a day YYYY-MM-DD`);
  const day = place.text(what);
  return isDay(day) ? day : place.fail(`${what}: expected a day YYYY-MM-DD, got ${shown(day)}`);
}
