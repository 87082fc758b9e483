import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml';
import type { PackFault } from './pack-fault';

export type Path = readonly (string | number)[];

/** A YAML file that knows where each of its values stands. Dates stay strings (YAML 1.2 core). */
export class SourceFile {
  /** The plain data; undefined when the text is no YAML. */
  readonly data: unknown;
  readonly syntaxFaults: PackFault[];
  private readonly document: Document;
  private readonly lines = new LineCounter();

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.document = parseDocument(text, {
      lineCounter: this.lines,
      version: '1.2',
      schema: 'core',
      prettyErrors: false,
    });
    this.syntaxFaults = this.document.errors.map((error) => ({
      file,
      ...this.position(error.pos[0]),
      path: '',
      value: '',
      expected: `YAML 1.2: ${error.message}`,
      severity: 'error' as const,
    }));
    this.data = this.syntaxFaults.length > 0 ? undefined : this.document.toJS();
  }

  /** A fault at a path; a path that the file does not hold stands at its nearest holder. `at` says whether the key or the value is meant. */
  fault(
    path: Path,
    expected: string,
    options: { severity?: PackFault['severity']; at?: 'key' | 'value' } = {},
  ): PackFault {
    return {
      file: this.file,
      ...this.locate(path, options.at ?? 'value'),
      path: pathText(path),
      value: shortened(valueAt(this.data, path)),
      expected,
      severity: options.severity ?? 'error',
    };
  }

  private locate(path: Path, at: 'key' | 'value'): { line: number; column: number } {
    let node: unknown = this.document.contents;
    let offset = startOf(node) ?? 0;
    for (const [depth, step] of path.entries()) {
      node = this.resolved(node);
      const last = depth === path.length - 1;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
        if (!pair) break;
        const key = startOf(pair.key);
        const value = startOf(pair.value);
        offset = (last && at === 'value' && isLeafNode(pair.value) ? (value ?? key) : (key ?? value)) ?? offset;
        node = pair.value;
      } else if (isSeq(node) && typeof step === 'number') {
        const item = node.items[step];
        if (item === undefined) break;
        offset = startOf(item) ?? offset;
        node = item;
      } else break;
    }
    return this.position(offset);
  }

  private resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.document) : node;
  }

  private position(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** `families.resident.windows[0].from` for a path. */
function pathText(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return path.length === 0 ? undefined : value;
}

function shortened(value: unknown): string {
  if (value === undefined) return '';
  const text = JSON.stringify(value) ?? '';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** Values of several lines are pointed at by their key. */
function isLeafNode(node: unknown): boolean {
  return isScalar(node) || isAlias(node) || (isMap(node) && node.flow === true) || (isSeq(node) && node.flow === true);
}
