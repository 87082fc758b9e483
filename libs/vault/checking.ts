import type { VaultDatabase } from './database';
import type { Erasures } from './erasures';
import type { KeyService } from './keys';
import type { Lookup } from './lookup';
import { NAME, fieldIfItOpens, kindOfField, wrappedKeyOf } from './person-rows';

/** What a look at everything in the vault found. */
export interface VaultChecked {
  persons: number;
  erased: number;
  documents: number;
  /** How many persons' keys each master key wraps; a key that is not here may go when no backup needs it. */
  keys: Record<string, number>;
  /** Persons of whom something does not open, with the field; nothing else is said of them. */
  unreadable: { person: string; field: string }[];
  /** Numbers without the hash that finds them, and hashes without the number. */
  unfindable: { person: string; field: string }[];
  /** Erasures that the log has not been told of. */
  unrecorded: string[];
}

const CHECK_BATCH = 500;

interface CheckedParts {
  database: VaultDatabase;
  keys: KeyService;
  lookup: Lookup;
  erasures: Erasures;
}

/** Opens everything there is, and says what does not open or cannot be found. */
export async function checkVault(parts: CheckedParts): Promise<VaultChecked> {
  const { reads } = parts.database;
  const checked: VaultChecked = {
    persons: 0,
    erased: 0,
    documents: 0,
    keys: {},
    unreadable: [],
    unfindable: [],
    unrecorded: [],
  };
  checked.unrecorded = (await parts.erasures.unrecorded()).map(({ person }) => person);
  const { erased } = await reads
    .selectFrom('vault_erasure')
    .select((of) => of.fn.countAll<number | string>().as('erased'))
    .executeTakeFirstOrThrow();
  checked.erased = Number(erased);
  for (let after = ''; ;) {
    const persons = await reads
      .selectFrom('vault_person')
      .selectAll()
      .where('person', '>', after)
      .orderBy('person')
      .limit(CHECK_BATCH)
      .execute();
    if (persons.length === 0) break;
    after = persons.at(-1)!.person;
    const ids = persons.map(({ person }) => person);
    const fields = await reads.selectFrom('vault_field').selectAll().where('person', 'in', ids).execute();
    const lookups = await reads.selectFrom('vault_lookup').selectAll().where('person', 'in', ids).execute();
    for (const row of persons) {
      const { person } = row;
      const ofPerson = fields.filter((field) => field.person === person);
      const hashes = new Map(
        lookups.filter((one) => one.person === person).map(({ field, lookup }) => [field, lookup]),
      );
      await checkPerson(parts, row, ofPerson, hashes, checked);
    }
  }
  return checked;
}

async function checkPerson(
  { keys, lookup }: CheckedParts,
  row: { person: string; key_id: string | null; wrapped_key: string | null },
  fields: readonly { field: string; sealed: string }[],
  hashes: ReadonlyMap<string, string>,
  checked: VaultChecked,
): Promise<void> {
  const { person } = row;
  const wrapped = wrappedKeyOf(row);
  if (wrapped) {
    checked.persons++;
    checked.keys[wrapped.keyId] = (checked.keys[wrapped.keyId] ?? 0) + 1;
  }
  const key = wrapped && (await keys.unwrap(wrapped, person).catch(() => undefined));
  if (wrapped && !key) checked.unreadable.push({ person, field: 'key' });
  for (const { field, sealed } of fields) {
    const value = key && fieldIfItOpens(key, person, field, sealed);
    if (value === undefined) {
      if (!wrapped || key) checked.unreadable.push({ person, field });
    } else if (field !== NAME && hashes.get(field) !== lookup.hashOf(kindOfField(field), value)) {
      checked.unfindable.push({ person, field });
    }
    if (field !== NAME) checked.documents++;
  }
  for (const field of hashes.keys()) {
    if (!fields.some((one) => one.field === field)) checked.unfindable.push({ person, field });
  }
}
