import type { VaultDatabase } from './database';
import type { KeyService } from './keys';
import { wrappedKeyOf } from './person-rows';
import { secretContext } from './secrets';

/** Wraps keys anew, by the current master key. */
export class Rotation {
  constructor(
    private readonly database: VaultDatabase,
    private readonly keys: KeyService,
  ) {}

  /**
   * Wraps every data key with the current master key, a batch at a time; ciphertexts stay as they are. Broken off, it goes on where
   * it was: what is wrapped by the current key is not touched again. Gives how many keys were wrapped anew.
   */
  async rotate({ batch = 500, onBatch }: { batch?: number; onBatch?: (done: number) => void } = {}): Promise<number> {
    const current = await this.keys.currentKey();
    let done = await this.rotateSecrets(current);
    for (;;) {
      const count = await this.database.write(async (tables) => {
        const rows = await tables
          .selectFrom('vault_person')
          .select(['person', 'key_id', 'wrapped_key'])
          .where('key_id', 'is not', null)
          .where('key_id', '!=', current)
          .limit(batch)
          .execute();
        for (const row of rows) {
          const before = wrappedKeyOf(row)!;
          const after = await this.keys.wrap(await this.keys.unwrap(before, row.person), row.person);
          await tables
            .updateTable('vault_person')
            .set({ key_id: after.keyId, wrapped_key: after.wrapped })
            .where('person', '=', row.person)
            // Erased or rotated meanwhile: an erased key must not come back.
            .where('wrapped_key', '=', before.wrapped)
            .execute();
        }
        return rows.length;
      });
      if (count === 0) break;
      done += count;
      onBatch?.(done);
    }
    await this.database.scrub();
    return done;
  }

  /** Whether keys are still wrapped by another master key than the current one: a rotation that broke off. */
  async isRotating(): Promise<boolean> {
    const current = await this.keys.currentKey();
    const { reads } = this.database;
    const person = await reads
      .selectFrom('vault_person')
      .select('person')
      .where('key_id', 'is not', null)
      .where('key_id', '!=', current)
      .limit(1)
      .executeTakeFirst();
    const secret = await reads
      .selectFrom('vault_secret')
      .select('name')
      .where('key_id', '!=', current)
      .executeTakeFirst();
    return person !== undefined || secret !== undefined;
  }

  private async rotateSecrets(current: string): Promise<number> {
    return this.database.write(async (tables) => {
      const rows = await tables.selectFrom('vault_secret').selectAll().where('key_id', '!=', current).execute();
      for (const { name, key_id, wrapped_key } of rows) {
        const secret = await this.keys.unwrap({ keyId: key_id, wrapped: wrapped_key }, secretContext(name));
        const { keyId, wrapped } = await this.keys.wrap(secret, secretContext(name));
        await tables
          .updateTable('vault_secret')
          .set({ key_id: keyId, wrapped_key: wrapped })
          .where('name', '=', name)
          .where('wrapped_key', '=', wrapped_key)
          .execute();
      }
      return rows.length;
    });
  }
}
