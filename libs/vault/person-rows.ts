import type { VaultWrites } from './database';
import type { DocumentKind } from './documents';
import { WrongKey, type WrappedKey } from './keys';
import { contextOf, seal, unseal } from './sealing';

/** The field under which a name is kept. */
export const NAME = 'name';
const DOCUMENT = 'document:';

/** The field under which the number of a document is kept. */
export function documentField(kind: DocumentKind): string {
  return DOCUMENT + kind;
}

/** The kind of the document that a field keeps. */
export function kindOfField(field: string): DocumentKind {
  return field.slice(DOCUMENT.length) as DocumentKind;
}

/** A field's ciphertext, bound to the person and the field. */
export function sealField(key: Buffer, person: string, field: string, value: string): string {
  return seal(key, Buffer.from(value, 'utf8'), contextOf('field', person, field));
}

/** What a field keeps. Throws `WrongKey` where it does not open: it was changed, or belongs to somebody else. */
export function openField(key: Buffer, person: string, field: string, sealed: string): string {
  const value = fieldIfItOpens(key, person, field, sealed);
  if (value !== undefined) return value;
  throw new WrongKey(
    `${field} of ${person} is not what was sealed for him: it was changed, or belongs to somebody else`,
  );
}

/** What a field keeps; undefined where it does not open. */
export function fieldIfItOpens(key: Buffer, person: string, field: string, sealed: string): string | undefined {
  return unseal(key, sealed, contextOf('field', person, field))?.toString('utf8');
}

/** The wrapped data key of a person's row; undefined where it is destroyed, or was never made. */
export function wrappedKeyOf({
  key_id,
  wrapped_key,
}: {
  key_id: string | null;
  wrapped_key: string | null;
}): WrappedKey | undefined {
  return key_id === null || wrapped_key === null ? undefined : { keyId: key_id, wrapped: wrapped_key };
}

/** Who holds the document of a hash. */
export async function holderOf(tables: VaultWrites, lookup: string): Promise<string | undefined> {
  return (await tables.selectFrom('vault_lookup').select('person').where('lookup', '=', lookup).executeTakeFirst())
    ?.person;
}

/** The person's row, made where there is none, and nobody else's until the transaction ends. */
export async function lockPerson(tables: VaultWrites, person: string, made_at: string) {
  await tables
    .insertInto('vault_person')
    .values({ person, key_id: null, wrapped_key: null, made_at })
    // An update that changes nothing takes the row's lock on every database.
    .onConflict((conflict) =>
      conflict.column('person').doUpdateSet((row) => ({ made_at: row.ref('vault_person.made_at') })),
    )
    .execute();
  return tables.selectFrom('vault_person').selectAll().where('person', '=', person).executeTakeFirstOrThrow();
}
