import { randomBytes } from 'node:crypto';
import type { VaultDatabase } from './database';
import type { KeyService } from './keys';
import { KEY_BYTES } from './sealing';

const LOOKUP_SECRET = 'lookup key';

/** The key of the hashes: made once, kept wrapped, never changed, since every hash would change with it. */
export async function lookupKeyOf(database: VaultDatabase, keys: KeyService): Promise<Buffer> {
  const stored = () =>
    database.reads.selectFrom('vault_secret').selectAll().where('name', '=', LOOKUP_SECRET).executeTakeFirst();
  let row = await stored();
  if (!row) {
    const { keyId, wrapped } = await keys.wrap(randomBytes(KEY_BYTES), secretContext(LOOKUP_SECRET));
    await database.write((tables) =>
      tables
        .insertInto('vault_secret')
        .values({ name: LOOKUP_SECRET, key_id: keyId, wrapped_key: wrapped })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute(),
    );
    row = (await stored())!;
  }
  return keys.unwrap({ keyId: row.key_id, wrapped: row.wrapped_key }, secretContext(LOOKUP_SECRET));
}

/** No person's id holds a space, so no secret is taken for a person's key. */
export function secretContext(name: string): string {
  return `vault ${name}`;
}
