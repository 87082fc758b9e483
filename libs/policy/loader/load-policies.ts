import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checksOf } from './pack-checks';
import { effectivePackOf, type EffectivePack } from './effective-pack';
import { LoadedPolicies } from './loaded-policies';
import { packFileOf, type PackFile } from './pack-file';
import { RefusedPacks, type PackFault } from './pack-fault';
import { shapeFaults } from './shape-faults';
import { SourceFile } from './source-file';

/** The country itself, the one jurisdiction with nothing above it. */
const NATIONAL = '000000';

export interface LoadResult {
  /** The packs without an error, each with all it inherits; a pack below a refused one is refused with it. */
  policies: LoadedPolicies;
  /** Everything found wrong, by file and line. */
  faults: PackFault[];
}

/**
 * Loads every `<folder>/<jurisdiction>/<version>.yaml`. Bad files never throw: they are left out and told in `faults`.
 * Throws only when the folder itself cannot be read.
 */
export function loadPolicies(folder: string): LoadResult {
  const faults: PackFault[] = [];
  const files: PackFile[] = [];
  for (const file of packFilesIn(folder)) {
    const source = new SourceFile(join(folder, file), readFileSync(join(folder, file), 'utf8'));
    const wrong = source.syntaxFaults.length > 0 ? source.syntaxFaults : shapeFaults(source);
    faults.push(...wrong);
    if (wrong.some(({ severity }) => severity === 'error')) continue;
    const pack = packFileOf(source, file);
    faults.push(...placeFaults(pack));
    files.push(pack);
  }
  const refused = new Set<PackFile>();
  const refuse = (file: PackFile, fault: PackFault) => {
    faults.push(fault);
    refused.add(file);
  };
  for (const [file, fault] of [...identityFaults(files), ...overlapFaults(files), ...inheritanceFaults(files)])
    refuse(file, fault);

  const effective = new Map<PackFile, EffectivePack[]>();
  for (const file of inOrder(files, refused)) {
    const layers = layersOf(file, effective);
    if ('fault' in layers) {
      refuse(file, layers.fault);
      continue;
    }
    const results = layers.layers.map(({ parent, from }) => effectivePackOf(file, parent, from));
    const wrong = unique(results.flatMap((result) => [...result.faults, ...checksOf(result.effective)]));
    faults.push(...wrong);
    if (wrong.every(({ severity }) => severity === 'warning'))
      effective.set(
        file,
        results.map((result) => result.effective),
      );
  }
  return {
    policies: new LoadedPolicies([...effective.values()].flat().map(({ pack }) => pack)),
    faults: faults.sort((a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column),
  };
}

/** Loads the packs of a folder, all of them sound. Throws `RefusedPacks` naming every error; warnings pass. */
export function loadPoliciesOrThrow(folder: string): LoadedPolicies {
  const { policies, faults } = loadPolicies(folder);
  const errors = faults.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new RefusedPacks(errors);
  return policies;
}

function packFilesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(folder, name))
        .filter((file) => /\.ya?ml$/.test(file))
        .map((file) => `${name}/${file}`),
    )
    .sort(compareText);
}

/** A pack is found by its folder and version: `<pack>/<version>.yaml`. */
function placeFaults({ source, file, id, version }: PackFile): PackFault[] {
  const [folder, name] = file.split('/') as [string, string];
  return [
    ...(folder === id ? [] : [source.fault(['pack'], `the name of its folder, ${folder}`, { severity: 'warning' })]),
    ...(name.replace(/\.ya?ml$/, '') === version
      ? []
      : [source.fault(['version'], `the name of its file, ${name.replace(/\.ya?ml$/, '')}`, { severity: 'warning' })]),
  ];
}

/** Versions of one pack are versions of one jurisdiction. */
function identityFaults(files: readonly PackFile[]): [PackFile, PackFault][] {
  return files.flatMap((file): [PackFile, PackFault][] => {
    const other = files.find(({ id }) => id === file.id)!;
    if (other.region === file.region) return [];
    return [[file, file.source.fault(['region'], `the region of ${other.file}, ${other.region}`)]];
  });
}

/** A version without an end gives way to the next one; two that begin together, or an end past the next beginning, contradict each other. */
function overlapFaults(files: readonly PackFile[]): [PackFile, PackFault][] {
  const byStart = [...files].sort((a, b) => compareText(a.effectiveFrom, b.effectiveFrom));
  return byStart.flatMap((file, index): [PackFile, PackFault][] => {
    const earlier = byStart
      .slice(0, index)
      .find(
        (other) =>
          other.region === file.region &&
          (other.effectiveFrom === file.effectiveFrom ||
            (other.effectiveThrough !== undefined && other.effectiveThrough >= file.effectiveFrom)),
      );
    if (!earlier) return [];
    const days = `${earlier.effectiveFrom} to ${earlier.effectiveThrough ?? 'no end'}`;
    return [
      [
        file,
        file.source.fault(
          ['effective', 'from'],
          `days of region ${file.region} that ${earlier.file} (${days}) does not rule`,
        ),
      ],
    ];
  });
}

function inheritanceFaults(files: readonly PackFile[]): [PackFile, PackFault][] {
  const parents = new Map(files.map((file) => [file.id, file.inherits]));
  return files.flatMap((file): [PackFile, PackFault][] => {
    if (file.inherits === undefined) {
      if (file.region === NATIONAL) return [];
      return [
        [
          file,
          file.source.fault(
            ['inherits'],
            'the pack that this region stands below; a region without a province inherits the national pack',
          ),
        ],
      ];
    }
    if (!parents.has(file.inherits)) {
      const known = [...new Set(parents.keys())].join(', ');
      return [[file, file.source.fault(['inherits'], `a pack of this folder that has no error of its own: ${known}`)]];
    }
    const line = [file.id];
    for (let id = file.inherits as string | undefined; id !== undefined; id = parents.get(id)) {
      if (line.includes(id)) {
        if (id !== file.id) return [];
        return [
          [
            file,
            file.source.fault(
              ['inherits'],
              `a parent that does not inherit from this pack: ${[...line, id].join(' < ')}`,
            ),
          ],
        ];
      }
      line.push(id);
    }
    return [];
  });
}

/** Parents before children. */
function inOrder(files: readonly PackFile[], refused: ReadonlySet<PackFile>): PackFile[] {
  const ordered: PackFile[] = [];
  const visited = new Set<string>();
  const visit = (id: string) => {
    if (visited.has(id)) return;
    visited.add(id);
    for (const file of files.filter((one) => one.id === id)) {
      if (file.inherits !== undefined) visit(file.inherits);
      if (!refused.has(file)) ordered.push(file);
    }
  };
  for (const { id } of files) visit(id);
  return ordered;
}

interface Layer {
  parent: EffectivePack | undefined;
  from?: string;
}

/** The versions of the parent that a file lives under, from its first day on; the parent must rule all of its time. */
function layersOf(
  file: PackFile,
  effective: ReadonlyMap<PackFile, EffectivePack[]>,
): { layers: Layer[] } | { fault: PackFault } {
  if (file.inherits === undefined) return { layers: [{ parent: undefined }] };
  const versions = [...effective.values()]
    .flat()
    .filter(({ pack }) => pack.id === file.inherits)
    .sort((a, b) => compareText(a.pack.effectiveFrom, b.pack.effectiveFrom));
  const first = versions.findLast(
    ({ pack }) =>
      pack.effectiveFrom <= file.effectiveFrom &&
      (pack.effectiveThrough === undefined || pack.effectiveThrough >= file.effectiveFrom),
  );
  if (!first) {
    const found = versions.map(({ pack }) => pack.effectiveFrom).join(', ') || 'none';
    return {
      fault: file.source.fault(
        ['inherits'],
        `a parent without an error that is in force on ${file.effectiveFrom}; versions of ${file.inherits} begin on: ${found}`,
      ),
    };
  }
  const later = versions.filter(
    ({ pack }) =>
      pack.effectiveFrom > file.effectiveFrom &&
      (file.effectiveThrough === undefined || pack.effectiveFrom <= file.effectiveThrough),
  );
  const layers: Layer[] = [{ parent: first }, ...later.map((parent) => ({ parent, from: parent.pack.effectiveFrom }))];
  return { layers };
}

function unique(faults: readonly PackFault[]): PackFault[] {
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
