import type { RuleKey, Setting } from '../evaluation';
import type { LoadedPolicies } from '../loader';

/** A case and the rules it covers; the two fields of a scenario file. */
export interface CoveringCase {
  scenario: string;
  rules?: readonly string[];
}

/** One rule of a document: where it is expressed, and which cases show it. */
interface RuleRow {
  rule: string;
  document: string;
  article: string;
  zh: string;
  en: string;
  packFile: string;
  keys: RuleKey[];
  /** The projection or decider that expresses a rule without a key. */
  by?: string;
  cases: string[];
  /** Outside the ledger: the pack's words say why. */
  outside?: string;
}

/** What keeps the coverage from being whole. */
interface CoverageHole {
  rule: string;
  why: 'noCase' | 'notExpressed' | 'notInAnyPack' | 'unknownRule';
  /** The pack file, or the cases that name an unknown rule. */
  where: string;
}

export interface RuleCoverage {
  rows: RuleRow[];
  holes: CoverageHole[];
}

/**
 * Every rule of every pack with its keys and cases. `ruleIds` is the list of what the documents hold, by pack
 * (`policies/rule-ids.json`): a rule on it that no pack declares is a hole, and so is a case's rule that no pack declares.
 */
export function ruleCoverage(
  policies: LoadedPolicies,
  cases: readonly CoveringCase[],
  ruleIds: Readonly<Record<string, readonly string[]>> = {},
): RuleCoverage {
  const casesOf = new Map<string, string[]>();
  for (const { scenario, rules } of cases) {
    for (const rule of rules ?? []) casesOf.set(rule, [...new Set([...(casesOf.get(rule) ?? []), scenario])]);
  }
  const keysOf = keysByRule(policies);
  const rows = new Map<string, RuleRow>();
  for (const pack of policies.packs) {
    const row = (rule: string, outside: boolean): RuleRow => {
      const { cite, zh, en, by } = { by: undefined, ...(outside ? pack.outside[rule]! : pack.rules[rule]!) };
      return {
        rule,
        ...cite,
        zh,
        en,
        packFile: pack.file,
        keys: [...(keysOf.get(rule) ?? [])],
        ...(by === undefined ? {} : { by }),
        cases: casesOf.get(rule) ?? [],
        ...(outside ? { outside: en } : {}),
      };
    };
    for (const rule of pack.declared.rules) rows.set(rule, row(rule, false));
    for (const rule of pack.declared.outside) rows.set(rule, row(rule, true));
  }
  const all = [...rows.values()];
  const inside = all.filter(({ outside }) => outside === undefined);
  const holes: CoverageHole[] = [
    ...inside.filter((row) => row.cases.length === 0).map((row) => hole(row.rule, 'noCase', row.packFile)),
    ...inside
      .filter((row) => row.keys.length === 0 && row.by === undefined)
      .map((row) => hole(row.rule, 'notExpressed', row.packFile)),
    ...Object.entries(ruleIds).flatMap(([pack, ids]) =>
      ids.filter((rule) => !rows.has(rule)).map((rule) => hole(rule, 'notInAnyPack', pack)),
    ),
    ...[...casesOf]
      .filter(([rule]) => !rows.has(rule))
      .map(([rule, named]) => hole(rule, 'unknownRule', named.join(', '))),
  ];
  return { rows: all, holes };
}

/** The page docs/rules.md: ids, articles and our own words, a table a document. */
export function coverageMarkdown({ rows, holes }: RuleCoverage): string {
  const documents = [...new Set(rows.map(({ document }) => document))];
  const inside = rows.filter(({ outside }) => outside === undefined);
  const parts = [
    '# Rules and their cases',
    'Written by `ledger policy coverage` from the packs and the cases; change those, not this page.',
    `${rows.length} rules: ${inside.length} inside the ledger, ${rows.length - inside.length} outside; ${holes.length === 0 ? 'no hole' : `${holes.length} holes`}.`,
    ...(holes.length === 0
      ? []
      : [
          '## Holes',
          table(
            ['rule', 'what is missing', 'where'],
            holes.map(({ rule, why, where }) => [rule, HOLES[why], where]),
          ),
        ]),
    ...documents.flatMap((document) => [
      `## ${document}`,
      table(
        ['rule', 'article', 'what it says', 'expressed by', 'cases'],
        rows.filter((row) => row.document === document).map(cellsOf),
      ),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

const HOLES: Record<CoverageHole['why'], string> = {
  noCase: 'no case names it',
  notExpressed: 'no key and no code expresses it',
  notInAnyPack: 'no pack declares it',
  unknownRule: 'cases name it, no pack declares it',
};

function cellsOf({ rule, article, zh, en, packFile, keys, by, cases, outside }: RuleRow): string[] {
  const expressed = [...keys.map((key) => `\`${key}\``), ...(by === undefined ? [] : [by])].join('<br>');
  return [
    rule,
    article,
    `${zh}<br>${en}`,
    outside === undefined ? `${packFile}<br>${expressed}` : `outside the ledger`,
    cases.join(', '),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function hole(rule: string, why: CoverageHole['why'], where: string): CoverageHole {
  return { rule, why, where };
}

function keysByRule(policies: LoadedPolicies): Map<string, Set<RuleKey>> {
  const keys = new Map<string, Set<RuleKey>>();
  for (const pack of policies.packs) {
    for (const [key, setting] of Object.entries(pack.settings) as [RuleKey, Setting<unknown>][]) {
      const leaves = setting.form === 'dated' ? setting.entries.map((entry) => entry.setting) : [setting];
      for (const { rule } of leaves) {
        if (rule !== undefined) keys.set(rule, (keys.get(rule) ?? new Set()).add(key));
      }
    }
  }
  return keys;
}
