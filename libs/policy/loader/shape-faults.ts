import type { PackFault } from './pack-fault';
import type { SourceFile } from './source-file';

const HEADER = ['pack', 'version', 'region', 'name', 'document', 'source', 'effective', 'schemes'] as const;

/** What the schema refuses in a file. */
export function shapeFaults(source: SourceFile): PackFault[] {
  const data = source.data as Record<string, unknown> | null;
  return HEADER.filter((key) => data?.[key] === undefined).map((key) => source.fault([], `the key ${key}`));
}
