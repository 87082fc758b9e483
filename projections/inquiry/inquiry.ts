import { dayNumber, toDay, type DayNumber } from '../../libs/calendar';
import {
  jurisdictionsOf,
  ownReadings,
  readSetting,
  steadyReadings,
  type Citation,
  type Gap,
  type Pack,
  type Policies,
  type ReadContext,
  type Reading,
  type RuleKey,
  type RuleValues,
  type Setting,
  type SteadyReadings,
} from '../../libs/policy/evaluation';
import type { Because, Question, ReadingUsed, Undetermined } from '../answer/answer';
import { factsOf, type Fact, type History } from '../history';

/** What one question is answered from. Regions' histories are known at the same basis as the person's. */
export interface Grounds {
  question: Question;
  person: History;
  /** All ids of the person, the one he is counted under first; left out: only the one asked about. */
  persons?: readonly string[];
  /** Histories of the streams `region-<code>`, by code. */
  regions: ReadonlyMap<string, History>;
  /** Histories of the streams `employer-<uscc>`, by employer id; those the person's facts name. */
  employers?: ReadonlyMap<string, History>;
  policies: Policies;
}

/** A claim with the rule it rests on. Sentences are complete: a clerk reads them out. */
export interface Claim {
  claim: string;
  rule: string;
  events: readonly string[];
  arithmetic?: string;
  zh: string;
  en: string;
}

interface Reference {
  value: unknown;
  unit?: string;
  from: DayNumber;
  through: DayNumber;
  event: string;
}

interface Ruling {
  reading: string;
  choice: string;
  from: DayNumber;
}

/** What an inquiry has kept up to a point, for another one to go on from. */
export interface SoFar {
  claims: ReadonlyMap<string, Because>;
  gaps: ReadonlyMap<string, Undetermined>;
  readingsUsed: ReadonlyMap<string, ReadingUsed>;
  packsUsed: ReadonlySet<Pack>;
  known: ReadonlyMap<unknown, unknown>;
}

const DAY_FOREVER = Number.MAX_SAFE_INTEGER;

/**
 * One question being answered: reads the packs for it, and keeps the reasons, the gaps and the readings that were used.
 * Reading the same thing twice leaves one trace.
 */
export class Inquiry {
  readonly validOn: DayNumber;
  readonly region: string;
  private readonly claims = new Map<string, Because>();
  private readonly gaps = new Map<string, Undetermined>();
  private readonly readingsUsed = new Map<string, ReadingUsed>();
  private readonly packsUsed = new Set<Pack>();
  private readonly firstDays = new Map<string, DayNumber | undefined>();
  private readonly recordedPacks = new Map<string, Pack | undefined>();
  private readonly personRulings: readonly Ruling[];
  private readonly known = new Map<unknown, unknown>();
  private lastPack: Pack | undefined;
  /** The pack that was read last, and what of it needs no day and no choice. */
  private readPack: Pack | undefined;
  private steady: SteadyReadings = new Map();
  /** Nobody chooses otherwise than the packs, and nobody asks which choices were made. */
  private readonly unruled: boolean;
  /** Where the setting that is being read stands. */
  private readonly place: { pack?: Pack; region: string; on: DayNumber } = { region: '', on: 0 };
  private readonly context: ReadContext = {
    choose: (reading) => this.choose(reading, this.place.pack!, this.place.region, this.place.on),
    reference: (name) => this.reference(name, this.place.region, this.place.on),
  };

  /** With `reasons` false nothing is kept of why: for rows, which nobody reads a reason from. */
  constructor(
    readonly grounds: Grounds,
    readonly reasons = true,
  ) {
    this.validOn = dayNumber(grounds.question.validOn);
    this.region = grounds.question.region;
    this.personRulings = rulingsOf(grounds.person);
    this.unruled = !reasons && !grounds.question.readings && this.personRulings.length === 0 && !isRuled(grounds);
  }

  get history(): History {
    return this.grounds.person;
  }

  facts<T extends Fact['type']>(type: T): readonly Fact<T>[] {
    return factsOf(this.grounds.person, type);
  }

  regionFacts<T extends Fact['type']>(region: string, type: T): readonly Fact<T>[] {
    const history = this.grounds.regions.get(region);
    return history ? factsOf(history, type) : [];
  }

  /** What is found out once and asked for again and again, by whatever names it. */
  once<T>(what: unknown, find: () => T): T {
    if (this.known.has(what)) return this.known.get(what) as T;
    const found = find();
    this.known.set(what, found);
    return found;
  }

  /** The pack in force for the region on the day; undefined before its first day and where there is none. */
  pack(region: string, on: DayNumber): Pack | undefined {
    const pack = this.grounds.policies.inForceOn(region, on);
    if (pack !== undefined && pack !== this.lastPack) this.packsUsed.add((this.lastPack = pack));
    return pack;
  }

  /** First day on which the region's packs decide anything (CV-21); undefined where it has no pack. */
  firstDay(region: string): DayNumber | undefined {
    let day = this.firstDays.get(region);
    if (day === undefined && !this.firstDays.has(region)) {
      const pack = this.grounds.policies.first(region);
      day = pack && dayNumber(pack.effectiveFrom);
      this.firstDays.set(region, day);
    }
    return day;
  }

  /** Whether a trigger came before the region's first pack and is taken as settled (CV-21), by its day or its recording. */
  isSettled(fact: { day: DayNumber; recordedAt: string }, region: string): boolean {
    const first = this.firstDay(region);
    if (first === undefined || fact.day >= first) return false;
    const by = this.read('pack.versionBy', region, first);
    if (!by.known || by.value === 'effective') return true;
    return dayNumber(fact.recordedAt.slice(0, 10)) < first;
  }

  /**
   * A value of the law for the region on the day of the deciding event (CV-11). A gap is `known: false`; the caller says
   * what it leaves undetermined with `undetermined`.
   */
  read<K extends RuleKey>(key: K, region: string, on: DayNumber): Reading<RuleValues[K]> {
    const pack = this.pack(region, on) ?? this.packByRecording(region);
    if (!pack) {
      const first = this.firstDay(region);
      return {
        known: false,
        why: first === undefined ? 'silent' : 'notAvailable',
        needs: first === undefined ? `pack:${region}` : undefined,
      };
    }
    if (pack !== this.readPack) {
      this.readPack = pack;
      this.steady = this.unruled ? ownReadings(pack) : steadyReadings(pack);
    }
    const steady = this.steady.get(key) as Reading<RuleValues[K]> | undefined;
    return steady ?? this.readAt(pack.settings[key] as Setting<RuleValues[K]> | undefined, pack, region, on);
  }

  private readAt<T>(setting: Setting<T> | undefined, pack: Pack, region: string, on: DayNumber): Reading<T> {
    const { place } = this;
    place.pack = pack;
    place.region = region;
    place.on = on;
    return readSetting(setting, toDay(on), this.context);
  }

  /** The first version, where the day of recording chooses it for what happened before. */
  private packByRecording(region: string): Pack | undefined {
    let pack = this.recordedPacks.get(region);
    if (pack === undefined && !this.recordedPacks.has(region)) {
      pack = this.firstByRecording(region);
      this.recordedPacks.set(region, pack);
    }
    return pack;
  }

  private firstByRecording(region: string): Pack | undefined {
    const first = this.grounds.policies.first(region);
    if (!first?.settings['pack.versionBy']) return undefined;
    const by = readSetting<string>(first.settings['pack.versionBy'] as never, first.effectiveFrom, {
      choose: (reading) => this.choose(reading, first, region, dayNumber(first.effectiveFrom)),
      reference: () => undefined,
    });
    return by.known && by.value === 'recorded' ? first : undefined;
  }

  /** A value of the national pack, which needs no region. */
  readNational<K extends RuleKey>(key: K, on: DayNumber): Reading<RuleValues[K]> {
    const pack = this.grounds.policies.national();
    if (!pack) return { known: false, why: 'silent' };
    this.packsUsed.add(pack);
    const steady = steadyReadings(pack).get(key) as Reading<RuleValues[K]> | undefined;
    return steady ?? this.readAt(pack.settings[key] as Setting<RuleValues[K]> | undefined, pack, pack.region, on);
  }

  /** A value published by the region or one above it, in force on the day. */
  reference(name: string, region: string, on: DayNumber): { value: unknown; unit?: string; event: string } | undefined {
    for (const jurisdiction of jurisdictionsOf(region)) {
      const history = this.grounds.regions.get(jurisdiction);
      const last = history && publishedIn(history, name)?.findLast(({ from, through }) => from <= on && on <= through);
      if (last) return last;
    }
    return undefined;
  }

  /** Every value that the region or one above it published under the name, for whatever days. */
  published(name: string, region: string): unknown[] {
    const values: unknown[] = [];
    for (const jurisdiction of jurisdictionsOf(region)) {
      const history = this.grounds.regions.get(jurisdiction);
      const published = history && publishedIn(history, name);
      if (published) for (const { value } of published) values.push(value);
    }
    return values;
  }

  /** A published number, or undefined when it is not published or no number. */
  referenceNumber(name: string, region: string, on: DayNumber): number | undefined {
    const value = this.reference(name, region, on)?.value;
    return typeof value === 'number' ? value : undefined;
  }

  /** Says why something holds; where saying it costs something, by a function that says it. The citation comes from the pack that has the rule. */
  because(said: Claim | (() => Claim)): void {
    if (!this.reasons) return;
    const claim = typeof said === 'function' ? said() : said;
    const key = `${claim.claim}|${claim.rule}|${claim.zh}`;
    if (this.claims.has(key)) return;
    this.claims.set(key, { ...claim, events: [...claim.events], citation: this.citation(claim.rule) });
  }

  /** Whether a reason has been given for a claim. */
  hasSaid(claim: string): boolean {
    for (const said of this.claims.values()) if (said.claim === claim) return true;
    return false;
  }

  /** Says what stays open, and what would settle it. */
  undetermined(question: string, gap: { why: Gap | 'parked'; rule?: string; needs?: string }): void {
    const key = `${question}|${gap.rule ?? ''}|${gap.needs ?? ''}`;
    if (this.gaps.get(key)?.why === gap.why) return;
    const entry: Undetermined = { question, why: gap.why };
    if (gap.rule !== undefined) entry.rule = gap.rule;
    if (gap.needs !== undefined) entry.needs = gap.needs;
    this.gaps.set(key, entry);
  }

  /** What is kept by now. */
  soFar(): SoFar {
    return {
      claims: new Map(this.claims),
      gaps: new Map(this.gaps),
      readingsUsed: new Map(this.readingsUsed),
      packsUsed: new Set(this.packsUsed),
      known: new Map(this.known),
    };
  }

  /** Keeps what another inquiry of the same grounds had kept; before anything else is asked. */
  goOn({ claims, gaps, readingsUsed, packsUsed, known }: SoFar): void {
    for (const [key, claim] of claims) this.claims.set(key, claim);
    for (const [key, gap] of gaps) this.gaps.set(key, gap);
    for (const [key, reading] of readingsUsed) this.readingsUsed.set(key, reading);
    for (const pack of packsUsed) this.packsUsed.add(pack);
    for (const [what, found] of known) this.known.set(what, found);
  }

  trace(): { because: Because[]; undetermined: Undetermined[]; readings: ReadingUsed[]; packs: Pack[] } {
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
    return {
      because: [...this.claims.values()],
      undetermined: [...this.gaps.values()],
      readings: [...this.readingsUsed.values()].sort(byId),
      packs: [...this.packsUsed].sort(byId),
    };
  }

  private choose(reading: string, pack: Pack, region: string, on: DayNumber): string {
    const declared = pack.readings[reading];
    if (!declared) throw new Error(`pack ${pack.id} reads ${reading} and does not declare it`);
    const wanted = this.grounds.question.readings?.[reading];
    const asked = wanted !== undefined && Object.hasOwn(declared.choices, wanted) ? wanted : undefined;
    const ruled = asked === undefined ? this.ruling(reading, declared.choices, region, on) : undefined;
    const choice = asked ?? ruled ?? declared.choice;
    const by = asked !== undefined ? 'question' : ruled !== undefined ? 'ruling' : 'pack';
    const used = this.readingsUsed.get(reading);
    if (!used || used.by === 'pack') this.readingsUsed.set(reading, { id: reading, choice, by });
    return choice;
  }

  /** The last ruling that chooses what the pack offers; one that names anything else cannot be followed, and nobody's answer fails on it. */
  private ruling(reading: string, choices: object, region: string, on: DayNumber): string | undefined {
    const own = lastRuling(this.personRulings, reading, choices, on);
    if (own !== undefined) return own;
    for (const jurisdiction of jurisdictionsOf(region)) {
      const history = this.grounds.regions.get(jurisdiction);
      const ruled = history && lastRuling(rulingsOf(history), reading, choices, on);
      if (ruled !== undefined) return ruled;
    }
    return undefined;
  }

  private citation(rule: string): Citation {
    for (const pack of this.packsUsed) {
      const text = pack.rules[rule];
      if (text) return text.cite;
    }
    return this.grounds.policies.national()?.rules[rule]?.cite ?? { document: 'CN', article: rule };
  }
}

/** Kept with the history, because a region's is read for each of its people. */
function rulingsOf(history: History): readonly Ruling[] {
  const facts = factsOf(history, 'RulingRecorded');
  if (facts.length === 0) return [];
  let rulings = rulingsIn.get(history);
  if (!rulings) {
    rulings = facts.map(({ day, data }) => ({
      reading: data.reading,
      choice: data.choice,
      from: day,
    }));
    rulingsIn.set(history, rulings);
  }
  return rulings;
}

function isRuled({ regions }: Grounds): boolean {
  for (const history of regions.values()) if (rulingsOf(history).length > 0) return true;
  return false;
}

function publishedIn(history: History, name: string): readonly Reference[] | undefined {
  let byName = referencesIn.get(history);
  if (!byName) {
    byName = new Map();
    for (const { id, data } of factsOf(history, 'ReferenceValuePublished')) {
      const reference = {
        value: data.value,
        unit: data.unit,
        from: dayNumber(data.validFrom),
        through: data.validThrough === undefined ? DAY_FOREVER : dayNumber(data.validThrough),
        event: id,
      };
      const others = byName.get(data.name);
      if (others) others.push(reference);
      else byName.set(data.name, [reference]);
    }
    referencesIn.set(history, byName);
  }
  return byName.get(name);
}

const rulingsIn = new WeakMap<History, readonly Ruling[]>();
const referencesIn = new WeakMap<History, Map<string, Reference[]>>();

function lastRuling(rulings: readonly Ruling[], reading: string, choices: object, on: DayNumber): string | undefined {
  let choice: string | undefined;
  for (const ruling of rulings) {
    if (ruling.reading === reading && ruling.from <= on && Object.hasOwn(choices, ruling.choice))
      choice = ruling.choice;
  }
  return choice;
}
