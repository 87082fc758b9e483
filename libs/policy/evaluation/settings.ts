/** Where a rule stands: the document by its short name, and the article in the document's own numbering. */
export interface Citation {
  document: string;
  article: string;
}

/** Why a value cannot be given: the document does not say, its page is missing, or it leaves the value to another source. */
export type Gap = 'silent' | 'notAvailable' | 'external';

/**
 * One value of the law in a policy pack, with the rule it comes from.
 * A value may hold, at any depth, `{ reading: 'A-01', A: …, B: … }`: the choice is made when the value is read.
 */
export type Setting<T> = ValueSetting<T> | GapSetting | DatedSetting<T>;

export interface ValueSetting<T> {
  form: 'value';
  /** Typed as read: unclear clauses inside are settled before anyone sees it. */
  value: Unread<T>;
  rule: string;
  /** Where a reading leaves the value silent: the reference value that settles it, and what that completes. */
  needs?: string;
  into?: Record<string, unknown>;
}

/** `needs` names the reference value that settles the gap once it is published; `into` is what that value completes. */
export interface GapSetting {
  form: Gap;
  rule?: string;
  needs?: string;
  into?: Record<string, unknown>;
}

/** A value that changed: the entry in force on the day asked about is used; entries do not overlap. */
export interface DatedSetting<T> {
  form: 'dated';
  entries: { from: string; through?: string; setting: ValueSetting<T> | GapSetting }[];
}

/** A value in which unclear clauses may still be open, at any depth; the pack's schema checks its shape. */
export type Unread<_T> = unknown;

/** A value as read for one day: known, with the rule that gives it, or a gap. */
export type Reading<T> =
  { known: true; value: T; rule: string } | { known: false; why: Gap; rule?: string; needs?: string };

export interface ReadContext {
  /** The choice made for an unclear clause. */
  choose(reading: string): string;
  /** A published reference value that settles a gap, if one is known. */
  reference(name: string): { value: unknown; unit?: string } | undefined;
}

const SILENT: Reading<never> = { known: false, why: 'silent' };

/** Reads a setting for the day: dated entry, readings, reference values. Never throws for a gap, never supplies a default. */
export function readSetting<T>(setting: Setting<T> | undefined, day: string, context: ReadContext): Reading<T> {
  if (!setting) return SILENT;
  switch (setting.form) {
    case 'dated': {
      const entry = setting.entries.find(
        ({ from, through }) => from <= day && (through === undefined || day <= through),
      );
      return entry ? readSetting<T>(entry.setting, day, context) : SILENT;
    }
    case 'value': {
      const value = settle(setting.value, context);
      if (value !== 'silent') return { known: true, value: value as T, rule: setting.rule };
      return readGap<T>({ form: 'silent', rule: setting.rule, needs: setting.needs, into: setting.into }, context);
    }
    default:
      return readGap<T>(setting, context);
  }
}

function readGap<T>(gap: GapSetting, context: ReadContext): Reading<T> {
  const published = gap.needs === undefined ? undefined : context.reference(gap.needs);
  if (published === undefined) return { known: false, why: gap.form, rule: gap.rule, needs: gap.needs };
  const rule = gap.rule ?? gap.needs!;
  if (!gap.into) return { known: true, value: published.value as T, rule };
  const into = settle(gap.into, context) as Record<string, unknown>;
  const unit = published.unit === 'day' || published.unit === 'month' ? { unit: published.unit } : {};
  return { known: true, value: { ...into, ...unit, length: published.value } as T, rule };
}

function settle(value: unknown, context: ReadContext): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => settle(item, context));
  const record = value as Record<string, unknown>;
  if (typeof record['reading'] === 'string') {
    const choice = context.choose(record['reading']);
    return settle(record[choice], context);
  }
  const read: Record<string, unknown> = {};
  for (const key of Object.keys(record)) read[key] = settle(record[key], context);
  return read;
}
