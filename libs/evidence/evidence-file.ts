import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { HASH_BYTES, type Hash, type TreeHasher, treeHasher } from './hashing';
import { algorithmOf } from './checkpoint';
import { rootOver } from './tree';

const schemaVersion = '1';
/** Hashes in a full tile (C2SP tlog-tiles): a tile of level L holds the roots of complete subtrees of 256^L events. */
export const TILE = 256;
const TILE_LEVELS = 8;
const POSITION_BYTES = 8;
const TILES_AT_ONCE = 64;

// Of a tile of level 0, `positions` says where in the log its events stand, 8 bytes each.
const tables = `
  CREATE TABLE tile (level INTEGER, n INTEGER, hashes BLOB NOT NULL, positions BLOB, PRIMARY KEY (level, n)) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
  CREATE TABLE evidence (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

interface Tile {
  hashes: Buffer;
  positions: Buffer;
}

/** An event of the log as the evidence holds it. */
export interface Leaf {
  position: bigint;
  hash: Hash;
}

/** A checkpoint as it is kept: nothing of it is believed before its signature is looked at. */
export interface KeptCheckpoint {
  size: number;
  note: string;
}

/** The hashes of a log and its signed checkpoints, in a SQLite file of their own beside the store. */
export class EvidenceFile {
  readonly origin: string;
  readonly hasher: TreeHasher;
  private readonly tileStatement: Database.Statement<[number, number]>;
  private readonly memo = new Map<string, Hash>();

  private constructor(private readonly database: Database.Database) {
    this.origin = this.setting('origin')!;
    const algorithm = algorithmOf(this.origin);
    if (algorithm === undefined)
      throw new Error(`the origin ${this.origin} names no hash algorithm known here (sm3, sha256)`);
    this.hasher = treeHasher(algorithm);
    this.tileStatement = database.prepare('SELECT hashes, positions FROM tile WHERE level = ? AND n = ?');
  }

  /** Opens the file for adding to it, made with `origin` where there is none. Throws where it holds another origin's log. */
  static open(file: string, origin: string): EvidenceFile {
    return sound(file, () => EvidenceFile.opened(file, origin));
  }

  private static opened(file: string, origin: string): EvidenceFile {
    const database = new Database(file, { timeout: 5_000 });
    try {
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = NORMAL');
      database
        .transaction(() => {
          const count = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
          if (count > 0) return;
          database.exec(tables);
          const set = database.prepare('INSERT INTO evidence VALUES (?, ?)');
          set.run('schemaVersion', schemaVersion);
          set.run('origin', origin);
        })
        .immediate();
      checkSchema(database, file);
      const evidence = new EvidenceFile(database);
      if (evidence.origin !== origin) {
        throw new Error(
          `${file} holds the evidence of ${evidence.origin}, not of ${origin}; give another file or name`,
        );
      }
      return evidence;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Opens the file for reading. Throws where there is none. */
  static read(file: string): EvidenceFile {
    if (!existsSync(file)) throw new Error(`there is no evidence file at ${file}; "ledger evidence seal" makes one`);
    return sound(file, () => {
      const database = new Database(file, { readonly: true, fileMustExist: true });
      try {
        checkSchema(database, file);
        return new EvidenceFile(database);
      } catch (error) {
        database.close();
        throw error;
      }
    });
  }

  /** The file that it is in. */
  get file(): string {
    return this.database.name;
  }

  /** How many events the evidence holds, and the position of the last one. */
  head(): { size: number; position: bigint } {
    const row = this.database
      .prepare('SELECT n, hashes, positions FROM tile WHERE level = 0 ORDER BY n DESC LIMIT 1')
      .get() as ({ n: number } & Partial<Tile>) | undefined;
    if (!row) return { size: 0, position: 0n };
    const leaves = leavesOf(row.hashes, row.positions);
    return { size: row.n * TILE + leaves.length, position: leaves.at(-1)!.position };
  }

  /** The hash of the last event; undefined of an empty log. */
  lastLeaf(): Hash | undefined {
    const { size } = this.head();
    return size === 0 ? undefined : hashIn(this.tile(0, Math.floor((size - 1) / TILE)), (size - 1) % TILE);
  }

  /**
   * Adds the events that follow the first `size`, in order, all or none. Does nothing and gives false where another process
   * has added in the meantime.
   */
  append(size: number, leaves: readonly Leaf[]): boolean {
    return this.database
      .transaction(() => {
        if (this.head().size !== size) return false;
        let at = size;
        while (at < size + leaves.length) {
          const n = Math.floor(at / TILE);
          const until = Math.min((n + 1) * TILE, size + leaves.length);
          const added = leaves.slice(at - size, until - size);
          this.extend(
            0,
            n,
            added.map(({ hash }) => hash),
            added.map(({ position }) => position),
          );
          if (until === (n + 1) * TILE) this.complete(0, n);
          at = until;
        }
        return true;
      })
      .immediate();
  }

  checkpoints(): KeptCheckpoint[] {
    return this.database.prepare('SELECT size, note FROM checkpoint ORDER BY size').all() as KeptCheckpoint[];
  }

  lastCheckpoint(): KeptCheckpoint | undefined {
    return this.database.prepare('SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1').get() as
      KeptCheckpoint | undefined;
  }

  keepCheckpoint({ size, note }: KeptCheckpoint): void {
    this.database.prepare('INSERT OR IGNORE INTO checkpoint VALUES (?, ?)').run(size, note);
  }

  /** The root of the first `size` events. */
  rootAt(size: number): Hash {
    return rootOver(this.hashAt, this.hasher, 0, size);
  }

  /** The hash of a complete subtree, from the tiles. */
  readonly hashAt = (level: number, index: number): Hash => {
    const key = `${level} ${index}`;
    const known = this.memo.get(key);
    if (known !== undefined) return known;
    const tileLevel = Math.floor(level / TILE_LEVELS);
    const width = 2 ** (level % TILE_LEVELS);
    const first = index * width;
    const tile = this.tile(tileLevel, Math.floor(first / TILE));
    const start = first % TILE;
    let hashes = Array.from({ length: width }, (_, at) => hashIn(tile, start + at));
    while (hashes.length > 1) hashes = pairs(hashes, this.hasher);
    // A complete subtree never changes; the memory of one reader is bounded all the same.
    if (this.memo.size > 100_000) this.memo.clear();
    this.memo.set(key, hashes[0]!);
    return hashes[0]!;
  };

  /** The place of an event among all, by its position in the log; undefined where the evidence does not hold it. */
  leafAt(position: bigint): number | undefined {
    const positionsOf = (n: number) => (this.tileStatement.get(0, n) as { positions: Buffer } | undefined)?.positions;
    let low = 0;
    let high = Math.ceil(this.head().size / TILE) - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (positionsOf(middle)!.readBigUInt64BE() <= position) low = middle;
      else high = middle - 1;
    }
    const positions = positionsOf(low) ?? EMPTY;
    for (let at = 0; at < positions.length / POSITION_BYTES; at++) {
      if (positions.readBigUInt64BE(at * POSITION_BYTES) === position) return low * TILE + at;
    }
    return undefined;
  }

  /** The events that the evidence holds, tile by tile, of the tiles from `from` until before `until`. */
  *leaves(from = 0, until = Infinity): Generator<Leaf[]> {
    const rows = this.database.prepare(
      'SELECT hashes, positions FROM tile WHERE level = 0 AND n >= ? AND n < ? ORDER BY n',
    );
    const end = Math.min(until, Math.ceil(this.head().size / TILE));
    for (let n = from; n < end; n += TILES_AT_ONCE) {
      for (const { hashes, positions } of rows.all(n, Math.min(n + TILES_AT_ONCE, end)) as Tile[]) {
        yield leavesOf(hashes, positions);
      }
    }
  }

  /** Position of the last event of a tile; undefined where there is no such tile. */
  lastPositionOf(tile: number): bigint | undefined {
    const row = this.tileStatement.get(0, tile) as Tile | undefined;
    return row?.positions.readBigUInt64BE(row.positions.length - POSITION_BYTES);
  }

  /** The hash that a tile above the events keeps for a complete subtree of `256^level` of them; undefined where it keeps none. */
  keptSubtree(level: number, index: number): Hash | undefined {
    const row = this.tileStatement.get(level, Math.floor(index / TILE)) as { hashes: Buffer } | undefined;
    const at = index % TILE;
    return row && row.hashes.length >= (at + 1) * HASH_BYTES ? hashIn(row.hashes, at) : undefined;
  }

  close(): void {
    this.database.close();
  }

  private setting(key: string): string | undefined {
    return this.database.prepare('SELECT value FROM evidence WHERE key = ?').pluck().get(key) as string | undefined;
  }

  private tile(level: number, n: number): Buffer {
    const row = this.tileStatement.get(level, n) as { hashes: Buffer } | undefined;
    if (!row) throw new Error(`the evidence file lacks tile ${n} of level ${level}; it is damaged or was cut`);
    return row.hashes;
  }

  private extend(level: number, n: number, hashes: readonly Hash[], positions?: readonly bigint[]): void {
    const row = this.tileStatement.get(level, n) as { hashes: Buffer; positions: Buffer | null } | undefined;
    const all = Buffer.concat([row?.hashes ?? EMPTY, Buffer.from(hashes.join(''), 'latin1')]);
    const places = positions && Buffer.concat([row?.positions ?? EMPTY, ...positions.map(positionBytes)]);
    this.database.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?)').run(level, n, all, places ?? null);
  }

  /** A tile is full: its root is a hash of the tile above. */
  private complete(level: number, n: number): void {
    const tile = this.tile(level, n);
    let hashes = Array.from({ length: TILE }, (_, at) => hashIn(tile, at));
    while (hashes.length > 1) hashes = pairs(hashes, this.hasher);
    const above = Math.floor(n / TILE);
    this.extend(level + 1, above, hashes);
    if (n % TILE === TILE - 1) this.complete(level + 1, above);
  }
}

const EMPTY = Buffer.alloc(0);

/** What SQLite says of a file that was cut or overwritten, said so that it is understood. */
function sound<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!/^SQLITE_(CORRUPT|NOTADB|IOERR|CANTOPEN)/.test((error as { code?: string }).code ?? '')) throw error;
    throw new Error(`the evidence file ${file} is damaged or was cut (${(error as Error).message})`, { cause: error });
  }
}

function checkSchema(database: Database.Database, file: string): void {
  const ours = database.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'evidence'").pluck().get() === 1;
  if (!ours) throw new Error(`${file} is a database, but holds no evidence of a log; give another file`);
  const found = database.prepare("SELECT value FROM evidence WHERE key = 'schemaVersion'").pluck().get();
  if (found !== schemaVersion) {
    throw new Error(`${file} holds evidence of version ${String(found)}; this program knows version ${schemaVersion}`);
  }
}

function leavesOf(hashes?: Buffer | null, positions?: Buffer | null): Leaf[] {
  const width = (hashes?.length ?? 0) / HASH_BYTES;
  if (!hashes || !positions || width === 0 || positions.length !== width * POSITION_BYTES) {
    throw new Error('a tile of the evidence file is damaged: its hashes and positions do not belong together');
  }
  return Array.from({ length: width }, (_, at) => ({
    hash: hashIn(hashes, at),
    position: positions.readBigUInt64BE(at * POSITION_BYTES),
  }));
}

function hashIn(tile: Buffer, at: number): Hash {
  if (tile.length < (at + 1) * HASH_BYTES) throw new Error('a tile of the evidence file is shorter than it should be');
  return tile.toString('latin1', at * HASH_BYTES, (at + 1) * HASH_BYTES);
}

function pairs(hashes: readonly Hash[], hasher: TreeHasher): Hash[] {
  const above: Hash[] = [];
  for (let at = 0; at < hashes.length; at += 2) above.push(hasher.node(hashes[at]!, hashes[at + 1]!));
  return above;
}

function positionBytes(position: bigint): Buffer {
  const bytes = Buffer.alloc(POSITION_BYTES);
  bytes.writeBigUInt64BE(position);
  return bytes;
}
