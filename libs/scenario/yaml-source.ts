import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';

/** A scenario file that cannot be read: where, and why. `line` counts from 1; 0 stands for the whole file. */
export class UnreadableScenario extends Error {
  constructor(
    readonly file: string,
    readonly line: number,
    readonly reason: string,
  ) {
    super(line > 0 ? `${file}:${line}: ${reason}` : `${file}: ${reason}`);
    this.name = 'UnreadableScenario';
  }
}

type Path = readonly (string | number)[];

/** A value of a YAML file together with where it stands, so that what is wrong with it can be said with its line. */
export class Place {
  constructor(
    readonly value: unknown,
    private readonly path: Path,
    private readonly source: YamlDocument,
  ) {}

  get line(): number {
    return this.source.lineOf(this.path);
  }

  /** Whether it is left out (or written with nothing behind the colon). */
  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** What is wrong here, to throw. */
  fault(reason: string): UnreadableScenario {
    return new UnreadableScenario(this.source.file, this.line, reason);
  }

  fail(reason: string): never {
    throw this.fault(reason);
  }

  at(key: string | number): Place {
    const value =
      typeof this.value === 'object' && this.value !== null
        ? (this.value as Record<string | number, unknown>)[key]
        : undefined;
    return new Place(value, [...this.path, key], this.source);
  }

  /** The keys of a mapping; an absent one has none. */
  keys(what: string): string[] {
    if (this.absent) return [];
    if (typeof this.value !== 'object' || Array.isArray(this.value))
      this.fail(`${what}: expected a mapping, got ${shown(this.value)}`);
    return Object.keys(this.value as object);
  }

  /** A mapping that has no key but these. */
  only(what: string, keys: readonly string[]): this {
    const unknown = this.keys(what).find((key) => !keys.includes(key));
    if (unknown !== undefined) {
      this.at(unknown).fail(`${what} has the key ${shown(unknown)}; expected ${keys.join(', ')}`);
    }
    return this;
  }

  /** The items of a list; an absent list has none. */
  items(what: string): Place[] {
    if (this.absent) return [];
    if (!Array.isArray(this.value)) this.fail(`${what}: expected a list, got ${shown(this.value)}`);
    return (this.value as unknown[]).map((_, index) => this.at(index));
  }

  /** A text; numbers written without quotes (a region code, a label) are taken as they are written. */
  text(what: string): string {
    if (typeof this.value === 'string' && this.value !== '') return this.value;
    if (typeof this.value === 'number') return this.source.writtenAt(this.path) ?? String(this.value);
    return this.fail(`${what}: expected a text, got ${shown(this.value)}`);
  }
}

/** One document of a YAML 1.2 file. */
class YamlDocument {
  constructor(
    readonly file: string,
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
  ) {}

  root(): Place {
    let value: unknown;
    try {
      value = this.document.toJS({ maxAliasCount: 100_000 });
    } catch (error) {
      throw new UnreadableScenario(this.file, 0, `cannot be read as YAML: ${(error as Error).message}`);
    }
    return new Place(value, [], this);
  }

  lineOf(path: Path): number {
    let offset = rangeOf(this.document.contents) ?? 0;
    let node: unknown = this.document.contents;
    for (const key of path) {
      const step = this.step(node, key);
      if (!step) break;
      node = step.node;
      offset = step.offset ?? offset;
    }
    return this.lines.linePos(offset).line;
  }

  /** A scalar as it stands in the file, so that `001` or `1.10` is not read as a number. */
  writtenAt(path: Path): string | undefined {
    let node: unknown = this.document.contents;
    for (const key of path) node = this.step(node, key)?.node;
    const scalar = this.resolved(node);
    return isScalar(scalar) ? scalar.source : undefined;
  }

  private step(node: unknown, key: string | number): { node: unknown; offset?: number } | undefined {
    const parent = this.resolved(node);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      return pair && { node: pair.value, offset: rangeOf(pair.key) };
    }
    if (isSeq(parent)) {
      const item = parent.items[Number(key)];
      return item === undefined ? undefined : { node: item, offset: rangeOf(item) };
    }
    return undefined;
  }

  private resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.document) : node;
  }
}

/** The documents of a YAML 1.2 file: dates stay texts, `on` stays a key, anchors, aliases and merge keys work. */
export function readYaml(file: string, text: string): Place[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { version: '1.2', merge: true, lineCounter: lines, prettyErrors: false });
  if (!Array.isArray(documents) || documents.length === 0) throw new UnreadableScenario(file, 0, 'holds no scenario');
  return documents.map((document) => {
    const error = document.errors[0];
    if (error) throw new UnreadableScenario(file, lines.linePos(error.pos[0]).line, error.message);
    return new YamlDocument(file, document as Document.Parsed, lines).root();
  });
}

/** A value in one line, cut where it is long. */
export function shown(value: unknown, longest = 300): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function rangeOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
