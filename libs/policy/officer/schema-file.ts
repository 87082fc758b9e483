import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packSchema } from '../schema';

const NAME = 'pack.schema.json';

/** The text of the schema file, a definition a line. */
export function schemaText(): string {
  const { $defs, ...head } = packSchema();
  const definitions = Object.entries($defs as object).map(
    ([name, schema]) => `${JSON.stringify(name)}: ${JSON.stringify(schema)}`,
  );
  return `${JSON.stringify(head).slice(0, -1)}, "$defs": {\n${definitions.join(',\n')}\n}}\n`;
}

/** Writes `pack.schema.json` beside the packs; editors find it by the first line of a pack. Says whether it changed. */
export function writeSchemaFile(folder: string): { file: string; changed: boolean } {
  const file = join(folder, NAME);
  const text = schemaText();
  const changed = readIfThere(file) !== text;
  if (changed) writeFileSync(file, text);
  return { file, changed };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
