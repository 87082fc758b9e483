import type { RuleKey } from '../evaluation';
import type { LoadedPack } from '../loader';
import { ruleKeys } from '../schema';

export interface NewPack {
  /** Six digits. */
  region: string;
  /** Latin letters, digits and hyphens; the folder is `<region>-<slug>`. */
  slug: string;
  name: { zh: string; en: string };
  /** The short name by which citations call the document. */
  document: string;
  effectiveFrom: string;
  schemes: readonly ('employee' | 'resident')[];
  parent: LoadedPack;
}

export interface Scaffold {
  /** Below the folder of packs. */
  file: string;
  /** A pack that loads as it stands, every family silent; comments say what each key asks. */
  yaml: string;
}

/** Begins a pack for a region: keys that the parent states already are inherited and left out. */
export function scaffold({ region, slug, name, document, effectiveFrom, schemes, parent }: NewPack): Scaffold {
  const id = `${region}-${slug}`;
  const open = (Object.keys(ruleKeys) as RuleKey[]).filter((key) => !parent.settings[key]);
  const families = [...new Set(open.map((key) => key.split('.')[0]!))];
  const yaml = `# yaml-language-server: $schema=../pack.schema.json
pack: ${id}
version: ${quoted(effectiveFrom)}
region: ${quoted(region)}
inherits: ${parent.id}
name: { zh: ${quoted(name.zh)}, en: ${quoted(name.en)} }
document: ${quoted(document)}
source: complete
effective: { from: ${effectiveFrom} }
schemes: [${schemes.join(', ')}]

# Each rule of the document, in our own words:
#   ZZ-1.1: { article: 一（一）, zh: …, en: … }
# A rule that no key expresses says which projection or decider does: by: ….
rules: {}

# Rules that the ledger leaves to others:
outside: {}

# Unclear clauses (texts in ${parent.id} and above, or here under readingTexts) and this document's choice.
readings: {}

# Still silent: ${families.join(', ')}.
# For each key one of: { value: …, rule: … } · { silent: true, rule: … } · { notAvailable: true } · { external: name, rule: … }
families:
${families.map((family) => familyYaml(family, open)).join('')}`;
  return { file: `${id}/${effectiveFrom}.yaml`, yaml };
}

interface Branch {
  [step: string]: Branch | RuleKey;
}

function familyYaml(family: string, keys: readonly RuleKey[]): string {
  const root: Branch = {};
  for (const key of keys.filter((one) => one.startsWith(`${family}.`))) {
    const steps = key.split('.');
    const last = steps.pop()!;
    let branch = root;
    for (const step of steps) branch = (branch[step] ??= {}) as Branch;
    branch[last] = key;
  }
  return branchYaml(root, '  ');
}

function branchYaml(branch: Branch, indent: string): string {
  return Object.entries(branch)
    .map(([step, below]) => {
      if (typeof below !== 'string') return `${indent}${step}:\n${branchYaml(below, `${indent}  `)}`;
      const { zh, unit, shape } = ruleKeys[below];
      const asks = `${zh}${unit ? ` (${unit})` : ''}: ${shape.expected}`;
      return `${indent}# ${asks}\n${indent}${step}: { silent: true }\n`;
    })
    .join('');
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
