import Database from 'better-sqlite3';
import { isRegionCode } from '../../../events';
import { isRole } from '../principal';

const FAULTS_TOLD = 20;

/** What is wrong with a file of keys, by their ids; nothing where this program can read every one. */
export function checkKeys(file: string): string[] {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const there = database.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'api_key'").pluck().get() === 1;
    if (!there) return ['it holds no keys'];
    const rows = database.prepare<[], Kept>('SELECT id, hash, roles, regions FROM api_key ORDER BY made_at, id');
    const faults: string[] = [];
    for (const row of rows.iterate()) {
      const fault = faultOf(row);
      if (fault !== undefined && faults.length < FAULTS_TOLD) faults.push(`the key ${row.id} has ${fault}`);
    }
    return faults;
  } finally {
    database.close();
  }
}

interface Kept {
  id: string;
  hash: Buffer;
  roles: string;
  regions: string;
}

function faultOf({ hash, roles, regions }: Kept): string | undefined {
  if (hash.length !== 32) return 'no hash that could open anything';
  const held = parsed(roles);
  if (!Array.isArray(held) || !held.every(isRole)) return 'a role that this program does not know';
  const reached = parsed(regions);
  const codes = Array.isArray(reached) && reached.every(isRegionCode);
  return reached === 'all' || codes ? undefined : 'regions that are none';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
