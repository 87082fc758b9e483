import type { Citation, GapSetting, Pack, ReadingText, RuleKey, RuleText, Setting, ValueSetting } from '../evaluation';
import type { Path, SourceFile } from './source-file';
import { settingOf, statementsIn } from './settings-in';

/** How a statement stands towards what the pack inherits; `families` is the plain statement, the same as `add`. */
type Overlay = 'families' | 'add' | 'replace' | 'restrict' | 'exempt';

const overlays: readonly Overlay[] = ['families', 'add', 'replace', 'restrict', 'exempt'];

/** One leaf of a pack file: a key of the law and what the file says of it. */
export interface Statement {
  key: RuleKey;
  overlay: Overlay;
  path: Path;
  setting: Cited<Setting<unknown>>;
}

/** One undated setting. */
export type Leaf = ValueSetting<unknown> | GapSetting;

/** A setting whose leaf cites another place than its rule does carries that citation. */
export type Cited<T> = T & { cite?: Citation };

/** A rule that lies outside the ledger, and where it stands. */
export type OutsideRule = RuleText;

/** A rule inside the ledger; `by` names the projection or decider that expresses it where no key does. */
export interface DeclaredRule extends RuleText {
  by?: string;
}

export type ReadingWords = Omit<ReadingText, 'choice'>;

/** A pack file as written, its shape already checked, before anything is inherited. */
export interface PackFile {
  source: SourceFile;
  /** Below the folder of packs, with forward slashes. */
  file: string;
  id: string;
  version: string;
  region: string;
  inherits?: string;
  name: { zh: string; en: string };
  document: string;
  sourceStatus: Pack['sourceStatus'];
  effectiveFrom: string;
  effectiveThrough?: string;
  schemes: Pack['schemes'];
  rules: Record<string, DeclaredRule>;
  outside: Record<string, OutsideRule>;
  readings: Record<string, string>;
  readingTexts: Record<string, ReadingWords>;
  /** Reference values that only this pack and those below it ask for. */
  references: string[];
  statements: Statement[];
}

interface WrittenRule {
  article: string;
  zh: string;
  en: string;
  document?: string;
  by?: string;
}

interface WrittenPack {
  pack: string;
  version: string;
  region: string;
  inherits?: string;
  name: { zh: string; en: string };
  document: string;
  source: Pack['sourceStatus'];
  effective: { from: string; through?: string };
  schemes: Pack['schemes'];
  rules?: Record<string, WrittenRule>;
  outside?: Record<string, WrittenRule>;
  readings?: Record<string, string>;
  readingTexts?: Record<string, ReadingWords>;
  references?: Record<string, unknown>;
  families?: Record<string, unknown>;
  overlay?: Partial<Record<Overlay, Record<string, unknown>>>;
}

/** Takes the data of a file whose shape the schema accepted. */
export function packFileOf(source: SourceFile, file: string): PackFile {
  const written = source.data as WrittenPack;
  const rule = ({ article, zh, en, document, by }: WrittenRule): DeclaredRule => ({
    cite: { document: document ?? written.document, article },
    zh,
    en,
    ...(by === undefined ? {} : { by }),
  });
  const leaves = overlays.flatMap((overlay) =>
    statementsIn(overlay === 'families' ? written.families : written.overlay?.[overlay]).map(({ key, path, leaf }) => ({
      key,
      overlay,
      path: overlay === 'families' ? ['families', ...path] : ['overlay', overlay, ...path],
      setting: settingOf(leaf, written.document),
    })),
  );
  return {
    source,
    file,
    id: written.pack,
    version: written.version,
    region: written.region,
    ...(written.inherits === undefined ? {} : { inherits: written.inherits }),
    name: written.name,
    document: written.document,
    sourceStatus: written.source,
    effectiveFrom: written.effective.from,
    ...(written.effective.through === undefined ? {} : { effectiveThrough: written.effective.through }),
    schemes: written.schemes,
    rules: mapValues(written.rules, rule),
    outside: mapValues(written.outside, rule),
    readings: { ...written.readings },
    readingTexts: { ...written.readingTexts },
    references: Object.keys(written.references ?? {}),
    statements: leaves,
  };
}

function mapValues<A, B>(record: Record<string, A> | undefined, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, map(value)]));
}
