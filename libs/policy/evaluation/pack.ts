import type { Citation, Setting } from './settings';
import type { RuleKey, RuleValues } from './rule-values';

/** A rule as the pack words it: where it stands, and what it says in our own words. */
export interface RuleText {
  cite: Citation;
  zh: string;
  en: string;
}

/** An unclear clause (A-nn): the pack's own choice, and what each choice means. */
export interface ReadingText {
  choice: string;
  zh: string;
  en: string;
  choices: Record<string, { zh: string; en: string }>;
}

/** A policy pack as the engine sees it: one version of one jurisdiction's rules, overlays applied. Data only. */
export interface Pack {
  id: string;
  version: string;
  /** Six digits; the pack rules this region and every region below it that has no pack of its own. */
  region: string;
  parent?: string;
  name: { zh: string; en: string };
  /** First day on which its rules decide anything (CV-21); days before it are undetermined. */
  effectiveFrom: string;
  effectiveThrough?: string;
  schemes: readonly ('employee' | 'resident')[];
  sourceStatus: 'complete' | 'excerpt' | 'truncated' | 'secondary';
  settings: { readonly [K in RuleKey]?: Setting<RuleValues[K]> };
  rules: Readonly<Record<string, RuleText>>;
  readings: Readonly<Record<string, ReadingText>>;
  /** SHA-256 over the canonical form of the pack with all it inherits. */
  sha256: string;
}
