import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** Where an issuer's keys are, and how often they may be asked for. */
export interface KeySource {
  issuer: string;
  /** Left out: where the issuer's discovery document says. */
  jwksUrl?: string;
  /** A key that is not known is looked for again, but not more often than this. */
  refetchMs: number;
}

/** The issuer did not give its keys, and none are at hand. */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable';
}

const FRESH_MS = 10 * 60_000;
/** An issuer that is down does not put everyone out of work: its keys hold on this long. */
const STALE_MS = 24 * 60 * 60_000;
const PAUSE_AFTER_FAILURE_MS = 1_000;
const PATIENCE_MS = 3_000;
const LARGEST_DOCUMENT = 512 * 1024;

/** The keys that an issuer signs with, kept, and asked for again when one is not known; whoever makes up key names cannot make us ask more often. */
export class IssuerKeys {
  private kept: { find: JWTVerifyGetKey; at: number } | undefined;
  private loading: Promise<void> | undefined;
  private triedAt = -Infinity;
  private failure: Error | undefined;

  constructor(
    private readonly source: KeySource,
    private readonly clock: () => number = Date.now,
  ) {}

  /** Finds the key that a token names. Rejects with jose's errors, or `IssuerUnreachable`. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const kept = await this.atHand();
    try {
      return await kept(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (this.loading === undefined && this.clock() - this.triedAt < this.source.refetchMs) throw error;
      await this.load();
      return (await this.atHand())(header, token);
    }
  };

  private async atHand(): Promise<JWTVerifyGetKey> {
    const age = () => (this.kept === undefined ? Infinity : this.clock() - this.kept.at);
    if (age() > FRESH_MS && (this.loading || this.clock() - this.triedAt >= this.pause())) await this.load();
    if (age() > STALE_MS) {
      throw new IssuerUnreachable(`the keys of ${this.source.issuer} cannot be read: ${this.failure?.message ?? ''}`, {
        cause: this.failure,
      });
    }
    return this.kept!.find;
  }

  private pause(): number {
    return this.failure === undefined ? 0 : PAUSE_AFTER_FAILURE_MS;
  }

  /** Asks the issuer, once for all who wait; a failure leaves what is kept as it is. */
  private load(): Promise<void> {
    this.triedAt = this.clock();
    this.loading ??= this.fetchKeys()
      .then(
        (keys) => {
          this.kept = { find: createLocalJWKSet(keys), at: this.clock() };
          this.failure = undefined;
        },
        (error: Error) => {
          this.failure = error;
        },
      )
      .finally(() => {
        this.loading = undefined;
      });
    return this.loading;
  }

  private async fetchKeys(): Promise<JSONWebKeySet> {
    const url = this.source.jwksUrl ?? (await this.discovered());
    const keys = await documentAt(url);
    if (!Array.isArray(keys['keys'])) throw new Error(`${url} holds no key set`);
    return keys as unknown as JSONWebKeySet;
  }

  private async discovered(): Promise<string> {
    const { issuer } = this.source;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { issuer: named, jwks_uri: keys } = await documentAt(url);
    if (named !== issuer) throw new Error(`${url} speaks for another issuer`);
    if (typeof keys !== 'string' || !isSafeUrl(keys)) throw new Error(`${url} names no https address of keys`);
    return keys;
  }
}

/** Whether keys may be fetched from there: by https, or from this machine itself. */
export function isSafeUrl(text: string): boolean {
  try {
    const { protocol, hostname, username, password } = new URL(text);
    if (username !== '' || password !== '') return false;
    return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
  } catch {
    return false;
  }
}

async function documentAt(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const document: unknown = JSON.parse(await textOf(response, url));
  if (typeof document !== 'object' || document === null) throw new Error(`${url} holds no JSON object`);
  return document as Record<string, unknown>;
}

async function textOf(response: Response, url: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > LARGEST_DOCUMENT) throw new Error(`${url} is larger than ${LARGEST_DOCUMENT} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
