import type { RuleKey } from '../evaluation';
import { packSchema, ruleKeys } from '../schema';
import type { PackFault } from './pack-fault';
import { misfitsOf, type Schema } from './schema-walk';
import type { SourceFile } from './source-file';

let schema: Schema | undefined;

/** What the schema refuses in a file, each fault at its line. */
export function shapeFaults(source: SourceFile): PackFault[] {
  schema ??= packSchema();
  const faults = misfitsOf(schema, source.data).map(({ path, at, expected }) => source.fault(path, expected, { at }));
  return [...new Map(faults.map((fault) => [`${fault.path}|${fault.expected}`, fault])).values()];
}

/** Whether a value, with its readings still open, has the shape of the key. */
export function hasShapeOf(key: RuleKey, value: unknown): boolean {
  schema ??= packSchema();
  return misfitsOf(schema, value, { $ref: `#/$defs/value-${ruleKeys[key].shape.name}` }).length === 0;
}
