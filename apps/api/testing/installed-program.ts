import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds the program from the sources as they are into a folder of its own, laid out like a clone after `npm start`, so that a test
 * runs what users run and touches nobody's `dist`.
 */
export function installProgram(sources: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const swc = join(sources, 'node_modules', '@swc', 'cli', 'bin', 'swc.js');
  const built = spawnSync(
    process.execPath,
    [
      swc,
      'apps',
      'libs',
      'events',
      'projections',
      '-d',
      join(folder, 'dist'),
      '--copy-files',
      '--ignore',
      '**/*.spec.ts,apps/console/**',
      '--quiet',
    ],
    { cwd: sources, encoding: 'utf8' },
  );
  if (built.status !== 0) throw new Error(`the build failed: ${built.stdout}${built.stderr}`);
  for (const part of ['bin', 'policies', 'samples', 'package.json'])
    cpSync(join(sources, part), join(folder, part), { recursive: true });
  symlinkSync(join(sources, 'node_modules'), join(folder, 'node_modules'));
}
