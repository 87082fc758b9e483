/** What is wrong in a pack file, and where: enough to open the file at the line and know what to write. */
export interface PackFault {
  file: string;
  /** From 1; a fault of the whole file stands at line 1. */
  line: number;
  column: number;
  /** The place in the file by its keys, such as `families.firstTime.wait.value.length`. */
  path: string;
  /** What stands there, as JSON and shortened; empty when something is missing. */
  value: string;
  expected: string;
  severity: 'error' | 'warning';
}

/** One line for a terminal: `file:line:column path: found …, expected …`. */
export function describeFault(fault: PackFault): string {
  const place = fault.path === '' ? '' : ` ${fault.path}:`;
  const found = fault.value === '' ? '' : ` found ${fault.value},`;
  return `${fault.file}:${fault.line}:${fault.column} ${fault.severity}:${place}${found} expected ${fault.expected}`;
}

/** Packs that may not be used; the message holds one line a fault. */
export class RefusedPacks extends Error {
  override readonly name = 'RefusedPacks';

  constructor(readonly faults: readonly PackFault[]) {
    super(`The policy packs cannot be used:\n${faults.map(describeFault).join('\n')}`);
  }
}
