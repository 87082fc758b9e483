import { referenceNames } from '../../events';
import type { Policies } from '../policy/evaluation';

/** Something that is recorded, or proposed, and settles nothing as the packs stand: facts are never refused, but a slip of the pen is told. */
export interface Warning {
  /** Where it stands in the reply. */
  field: string;
  value: string;
  /** What the packs at hand know there. */
  known: string[];
  zh: string;
  en: string;
}

/** What is wrong with events as seen from the packs at hand: values that no rule asks for, packs that are not there. */
export function warningsOf(events: readonly { type: string; data: unknown }[], policies: Policies): Warning[] {
  return events.flatMap(({ type, data }, index) => {
    const at = `events[${index}].data`;
    if (type === 'ReferenceValuePublished') return unknownName(at, data as { name: string }, policies);
    if (type === 'PolicyPackActivated') return unknownPack(at, data as Activated, policies);
    return [];
  });
}

interface Activated {
  pack: string;
  version: string;
  sha256: string;
}

function unknownName(at: string, { name }: { name: string }, policies: Policies): Warning[] {
  const known = namesAsked(policies);
  if (known.has(name)) return [];
  return [
    {
      field: `${at}.name`,
      value: name,
      known: [...known].sort(),
      zh: '没有任何政策包使用这个名称的数值，它不会影响任何结论；请核对名称',
      en: 'No policy pack asks for a value of this name, so it settles nothing; check the name',
    },
  ];
}

function unknownPack(at: string, { pack, version, sha256 }: Activated, { packs }: Policies): Warning[] {
  const ofId = packs.filter(({ id }) => id === pack);
  if (ofId.length === 0) {
    return [
      {
        field: `${at}.pack`,
        value: pack,
        known: [...new Set(packs.map(({ id }) => id))].sort(),
        zh: '未加载这个政策包，它不会影响任何结论；请核对标识或装入该政策包',
        en: 'No such policy pack is loaded, so it settles nothing; check the id, or install the pack',
      },
    ];
  }
  const ofVersion = ofId.filter((one) => one.version === version || one.version.split('+')[0] === version);
  if (ofVersion.length === 0) {
    return [
      {
        field: `${at}.version`,
        value: version,
        known: [...new Set(ofId.map((one) => one.version.split('+')[0]!))].sort(),
        zh: '未加载该政策包的这个版本，它不会影响任何结论；请核对版本或装入该文件',
        en: 'This version of the pack is not loaded, so it settles nothing; check the version, or install the file',
      },
    ];
  }
  if (ofVersion.some((one) => one.sha256 === sha256)) return [];
  return [
    {
      field: `${at}.sha256`,
      value: sha256,
      known: ofVersion.map((one) => one.sha256).sort(),
      zh: '所加载的政策包内容与此校验值不同；请核对文件',
      en: 'The pack at hand has another content than this SHA-256 says; check the file',
    },
  ];
}

const asked = new WeakMap<Policies, Set<string>>();

/** The names of the contract, and those that a rule of any pack needs. */
function namesAsked(policies: Policies): Set<string> {
  let names = asked.get(policies);
  if (!names) {
    names = new Set<string>(referenceNames);
    for (const { settings } of policies.packs) collectNeeds(settings, names);
    asked.set(policies, names);
  }
  return names;
}

/** A setting may hold others in it, by date and by reading. */
function collectNeeds(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [field, inner] of Object.entries(value)) {
    if (field === 'needs' && typeof inner === 'string') names.add(inner);
    else collectNeeds(inner, names);
  }
}
