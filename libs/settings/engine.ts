import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The program that gave an answer. */
export interface Engine {
  name: string;
  version: string;
}

/** The program that is installed in a folder, by its package.json. */
export function engineIn(folder: string): Engine {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Engine;
  return { name, version };
}
