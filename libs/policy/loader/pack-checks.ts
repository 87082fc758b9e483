import { referenceNames } from '../../../events';
import type { RuleKey, Setting } from '../evaluation';
import { announcements, ruleKeys } from '../schema';
import type { EffectivePack } from './effective-pack';
import type { PackFault } from './pack-fault';
import type { Leaf, Statement } from './pack-file';
import { readingsIn } from './settings-in';
import { hasShapeOf } from './shape-faults';
import type { Path, SourceFile } from './source-file';
import { windowFaults } from './windows';

/** What the schema cannot see: citations, readings, reference names, dates that contradict each other. */
export function checksOf(effective: EffectivePack): PackFault[] {
  const { file, pack } = effective;
  const { source } = file;
  const faults: PackFault[] = [];
  if (file.effectiveThrough !== undefined && file.effectiveThrough < file.effectiveFrom)
    faults.push(source.fault(['effective', 'through'], `a day on or after ${file.effectiveFrom}`));
  for (const statement of file.statements) {
    faults.push(
      ...citationFaults(statement, effective),
      ...readingFaults(statement, effective),
      ...dateFaults(statement, source),
    );
    if (statement.key === 'resident.windows') faults.push(...windowFaults(statement, source));
  }
  const used = new Set(
    Object.values(pack.settings).flatMap((setting) =>
      readingsIn(setting as Setting<unknown>).map(({ reading }) => reading['reading']),
    ),
  );
  for (const reading of Object.keys(file.readings)) {
    if (!used.has(reading))
      faults.push(source.fault(['readings', reading], 'a reading that a value of this pack holds', { at: 'key' }));
  }
  return faults;
}

function citationFaults({ key, path, setting }: Statement, { file, pack, references }: EffectivePack): PackFault[] {
  const faults: PackFault[] = [];
  for (const [leafPath, leaf] of leavesOf(path, setting)) {
    if (leaf.rule !== undefined && !pack.rules[leaf.rule])
      faults.push(file.source.fault([...leafPath, 'rule'], 'a rule declared under rules, here or in a parent'));
    if (leaf.needs === undefined) {
      if (leaf.into)
        faults.push(
          file.source.fault([...leafPath, 'into'], 'needs as well: the reference value that completes it', {
            at: 'key',
          }),
        );
      continue;
    }
    if (leaf.form === 'value' && !maybeSilent(leaf.value)) {
      faults.push(
        file.source.fault([...leafPath, 'needs'], 'needs only where a reading may leave the value silent', {
          at: 'key',
        }),
      );
      continue;
    }
    if (announcements.includes(leaf.needs as never)) continue;
    if (!referenceNames.includes(leaf.needs as never) && !references.includes(leaf.needs))
      faults.push(
        file.source.fault(
          [...leafPath, leaf.form === 'external' ? 'external' : 'needs'],
          'the name of a reference value: one of contract/events.md, or one declared under references',
        ),
      );
    const completed = completionFault(key, leaf);
    if (completed !== undefined) faults.push(file.source.fault([...leafPath, 'into'], completed, { at: 'key' }));
  }
  return faults;
}

/** A published value stands for itself, or is the length of what `into` begins; an object that is not begun stays open for ever. */
function completionFault(key: RuleKey, { into, needs }: Leaf): string | undefined {
  const { schema, expected } = ruleKeys[key].shape;
  if (into) {
    return hasShapeOf(key, { unit: 'day', ...into, length: 1 })
      ? undefined
      : `fields that become ${expected} once the published length is put in`;
  }
  return schema['type'] === 'object' || schema['type'] === 'array'
    ? `into: the fields that ${needs} completes to ${expected}; or no reference value`
    : undefined;
}

function readingFaults({ path, setting }: Statement, { file, pack, readingTexts }: EffectivePack): PackFault[] {
  const faults: PackFault[] = [];
  for (const { path: inside, reading } of readingsIn(setting)) {
    const at = [...path, ...inside];
    const id = String(reading['reading']);
    const words = readingTexts[id];
    if (!words) {
      faults.push(
        file.source.fault([...at, 'reading'], 'a reading with its words under readingTexts, here or in a parent'),
      );
      continue;
    }
    if (!pack.readings[id] && !(id in file.readings))
      faults.push(
        file.source.fault(
          [...at, 'reading'],
          `a reading that this pack chooses under readings, such as ${id}: ${Object.keys(words.choices)[0]}`,
        ),
      );
    for (const choice of Object.keys(words.choices)) {
      if (!(choice in reading))
        faults.push(file.source.fault(at, `a value for choice ${choice} of ${id}`, { at: 'key' }));
    }
    for (const choice of Object.keys(reading)) {
      if (choice !== 'reading' && !words.choices[choice])
        faults.push(
          file.source.fault([...at, choice], `a choice of ${id}: ${Object.keys(words.choices).join(', ')}`, {
            at: 'key',
          }),
        );
    }
  }
  return faults;
}

function dateFaults({ path, setting }: Statement, source: SourceFile): PackFault[] {
  if (setting.form !== 'dated') return [];
  const faults: PackFault[] = [];
  setting.entries.forEach(({ from, through }, index) => {
    if (through !== undefined && through < from)
      faults.push(source.fault([...path, index, 'through'], `a day on or after ${from}`));
    const earlier = setting.entries.findIndex(
      (other, at) => at < index && other.from <= (through ?? '9999-12-31') && from <= (other.through ?? '9999-12-31'),
    );
    if (earlier >= 0) {
      const { from: start, through: end } = setting.entries[earlier]!;
      faults.push(
        source.fault(
          [...path, index, 'from'],
          `days that entry ${earlier + 1} (${start} to ${end ?? 'no end'}) does not rule`,
        ),
      );
    }
  });
  return faults;
}

/** Whether a choice of a reading leaves the whole value silent. */
function maybeSilent(value: unknown): boolean {
  if (value === 'silent') return true;
  if (typeof value !== 'object' || value === null || !('reading' in value)) return false;
  return Object.values(value).some(maybeSilent);
}

function leavesOf(path: Path, setting: Setting<unknown>): [Path, Leaf][] {
  if (setting.form !== 'dated') return [[path, setting]];
  return setting.entries.map(({ setting: leaf }, index) => [[...path, index], leaf]);
}
