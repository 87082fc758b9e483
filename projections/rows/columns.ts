/** A column as both databases have it; booleans are 0 and 1, days and months are texts that order as time does. */
export interface Column<T> {
  type: 'text' | 'integer' | 'bigint';
  nullable: boolean;
  /** Carries the type of the value; nothing is ever in it. */
  readonly of?: T;
}

/** A table's columns by name, in the order in which rows are written. */
export type Columns = Readonly<Record<string, Column<unknown>>>;

/** A row of a table of these columns. */
export type RowOf<C extends Columns> = {
  -readonly [K in keyof C]: C[K] extends Column<infer T> ? T : never;
};

export function text<T extends string = string>(): Column<T> {
  return { type: 'text', nullable: false };
}

export function textOrNull<T extends string = string>(): Column<T | null> {
  return { type: 'text', nullable: true };
}

export function whole(): Column<number> {
  return { type: 'integer', nullable: false };
}

export function wholeOrNull(): Column<number | null> {
  return { type: 'integer', nullable: true };
}

/** 0 or 1, in both databases. */
export function flag(): Column<0 | 1> {
  return { type: 'integer', nullable: false };
}

export function flagOrNull(): Column<0 | 1 | null> {
  return { type: 'integer', nullable: true };
}

/** Positions, fen and milliseconds: whole numbers below 2^53. */
export function large(): Column<number> {
  return { type: 'bigint', nullable: false };
}

export function largeOrNull(): Column<number | null> {
  return { type: 'bigint', nullable: true };
}
