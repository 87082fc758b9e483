/** A data key as it is kept: sealed by the master key of this id. */
export interface WrappedKey {
  keyId: string;
  /** Opaque; only the service that wrapped it can say what it holds. */
  wrapped: string;
}

/**
 * Who holds the master keys: a file, the environment, or a KMS behind this port. Data keys come in and go out; a master key never
 * does. `context` names what the data key is for and is bound to it: unwrapped in another context it must be refused.
 */
export interface KeyService {
  /** The id of the key that wraps today. */
  currentKey(): Promise<string>;
  wrap(dataKey: Buffer, context: string): Promise<WrappedKey>;
  /** Throws `UnknownKey` where the key of this id is not there, `WrongKey` where it opens nothing. */
  unwrap(key: WrappedKey, context: string): Promise<Buffer>;
}

/** The master key that something was sealed with is not at hand. */
export class UnknownKey extends Error {
  override readonly name = 'UnknownKey';
  constructor(readonly keyId: string) {
    super(`the vault was sealed with the master key ${keyId}, which is not among the keys at hand`);
  }
}

/** Something is not what was sealed here: another key, another place, or changed since. */
export class WrongKey extends Error {
  override readonly name = 'WrongKey';
}
