import { isDay, type Day, type Month } from '../calendar';
import type { Scheme } from '../../events';
import { personOf } from './fact';
import type { ColumnWord } from './mapping';
import type { Row } from './row';

/** What another system's status extract says of one relation. What it does not say is left out. */
export interface StatedRelation {
  person: string;
  scheme: Scheme;
  region?: string;
  status: 'absent' | 'normal' | 'suspended' | 'invalid' | 'terminated';
  /** The last covered day, or the last covered month. */
  coveredThrough?: Day | Month;
  /** The last fee month that is paid. */
  paidThrough?: Month;
  /** Contribution months, deemed ones left out. */
  paidMonths?: number;
}

/** Reads a row of a status extract. `region` stands where the row names none. Throws `RefusedRow`. */
export function statedRelation(row: Row, region: string | undefined): StatedRelation {
  const { mapping } = row;
  const person = personOf(row);
  const scheme = row.code('scheme');
  if (scheme === undefined) return row.refuse('scheme', 'a known code of an insurance');
  if (scheme === 'outside') return row.refuse('scheme', 'a basic medical insurance; this one lies outside the ledger');
  const status = row.code('status');
  if (status === undefined)
    return row.refuse('status', `a known status: one of ${Object.keys(mapping.status).join(', ')}`);
  const named = row.text('region') || region;
  if (named !== undefined && !/^[1-9]\d{5}$/.test(named))
    return row.refuse('region', 'a region code of six digits, or nothing');
  return {
    person,
    scheme,
    ...(named === undefined ? {} : { region: named }),
    status,
    coveredThrough: dayOrMonth(row, 'coveredThrough'),
    paidThrough: row.month('paidThrough'),
    paidMonths: count(row, 'paidMonths'),
  };
}

function dayOrMonth(row: Row, word: ColumnWord): Day | Month | undefined {
  const text = row.text(word);
  if (text === '' || /^\d{4}-?\d{2}$/.test(text)) return row.month(word);
  const day = row.day(word);
  return isDay(day) ? day : undefined;
}

function count(row: Row, word: ColumnWord): number | undefined {
  const text = row.text(word);
  if (text === '') return undefined;
  if (!/^\d{1,4}(\.0+)?$/.test(text)) return row.refuse(word, 'a number of months');
  return Math.trunc(Number(text));
}
