import type { Pack, ReadingText, RuleKey } from '../evaluation';
import { sha256Of } from './canonical';
import type { LoadedPack } from './loaded-policies';
import { applyOverlay, type Settings } from './overlay';
import type { DeclaredRule, OutsideRule, PackFile, ReadingWords } from './pack-file';
import type { PackFault } from './pack-fault';

/** A file with everything it inherits: what the engine reads, and what a file below it inherits in turn. */
export interface EffectivePack {
  file: PackFile;
  pack: LoadedPack;
  readingTexts: Record<string, ReadingWords>;
  references: readonly string[];
}

/**
 * Lays a file over the version of its parent that is in force with it. Where the parent's version changes during the file's
 * own time, the file is laid over each: `from` is then the first day under that parent, and the version names both.
 */
export function effectivePackOf(
  file: PackFile,
  parent: EffectivePack | undefined,
  from: string = file.effectiveFrom,
): { effective: EffectivePack; faults: PackFault[] } {
  const faults: PackFault[] = [];
  const settings: Settings = { ...(parent?.pack.settings as Settings | undefined) };
  const statedIn: Partial<Record<RuleKey, string>> = { ...parent?.pack.statedIn };
  const stated = new Set<RuleKey>();
  for (const statement of file.statements) {
    const { key, path } = statement;
    if (stated.has(key)) {
      faults.push(file.source.fault(path, `${key} once; it is stated in another part of this file`, { at: 'key' }));
      continue;
    }
    stated.add(key);
    const applied = applyOverlay(statement, parent?.pack.settings[key]);
    if ('expected' in applied) {
      faults.push(file.source.fault(path, applied.expected, { at: 'key' }));
      continue;
    }
    settings[key] = applied.setting;
    statedIn[key] = file.file;
  }

  const rules = joined<DeclaredRule>(file, 'rules', parent?.pack.rules, file.rules, faults);
  const outside = joined<OutsideRule>(file, 'outside', parent?.pack.outside, file.outside, faults);
  for (const rule of Object.keys(file.outside)) {
    if (rules[rule])
      faults.push(file.source.fault(['outside', rule], `a rule that is not under rules as well`, { at: 'key' }));
  }
  for (const rule of Object.keys(file.rules)) {
    if (parent?.pack.outside[rule])
      faults.push(
        file.source.fault(['rules', rule], `a rule that ${parent.file.file} does not hold outside`, { at: 'key' }),
      );
  }

  const readingTexts = joined<ReadingWords>(file, 'readingTexts', parent?.readingTexts, file.readingTexts, faults);
  const readings: Record<string, ReadingText> = { ...parent?.pack.readings };
  for (const [reading, choice] of Object.entries(file.readings)) {
    const words = readingTexts[reading];
    if (!words) {
      faults.push(
        file.source.fault(['readings', reading], `a reading with its words under readingTexts, here or above`, {
          at: 'key',
        }),
      );
      continue;
    }
    if (!words.choices[choice]) {
      faults.push(
        file.source.fault(['readings', reading], `a choice of ${reading}: ${Object.keys(words.choices).join(', ')}`),
      );
      continue;
    }
    readings[reading] = { choice, ...words };
  }

  const content: Omit<Pack, 'sha256'> & Pick<LoadedPack, 'rules' | 'outside'> = {
    id: file.id,
    version: from === file.effectiveFrom ? file.version : `${file.version}+${parent!.pack.version}`,
    region: file.region,
    ...(file.inherits === undefined ? {} : { parent: file.inherits }),
    name: file.name,
    effectiveFrom: from,
    ...(file.effectiveThrough === undefined ? {} : { effectiveThrough: file.effectiveThrough }),
    schemes: file.schemes,
    sourceStatus: file.sourceStatus,
    settings: settings as Pack['settings'],
    rules,
    outside,
    readings,
  };
  const pack: LoadedPack = {
    ...content,
    file: file.file,
    declared: { rules: Object.keys(file.rules), outside: Object.keys(file.outside) },
    statedIn,
    sha256: sha256Of(content),
  };
  const references = [...(parent?.references ?? []), ...file.references];
  return { effective: { file, pack, readingTexts, references }, faults };
}

/** What is inherited with what the file adds; a name stands for one thing, so a second meaning is refused. */
function joined<T>(
  file: PackFile,
  part: 'rules' | 'outside' | 'readingTexts',
  inherited: Readonly<Record<string, T>> | undefined,
  own: Record<string, T>,
  faults: PackFault[],
): Record<string, T> {
  for (const id of Object.keys(own)) {
    if (inherited?.[id])
      faults.push(file.source.fault([part, id], `an id that ${file.inherits} does not declare already`, { at: 'key' }));
  }
  return { ...inherited, ...own };
}
