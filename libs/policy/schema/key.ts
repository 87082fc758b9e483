import type { Shape } from './shapes';

export type Unit = 'month' | 'day' | 'year' | 'fen' | 'percent';

/** What a key of the law is called, and what its value looks like. */
export interface KeyDefinition<T> {
  zh: string;
  en: string;
  /** Of the number, where the value is one. */
  unit?: Unit;
  shape: Shape<T>;
}

/** A definition for every key of a family's values, no more and no fewer. */
export type KeyDefinitions<V> = { readonly [K in keyof V]: KeyDefinition<V[K]> };
