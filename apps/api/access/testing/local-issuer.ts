import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK, type JWTPayload } from 'jose';

interface IssuerKey {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** A sign-in on this machine: serves discovery and keys over HTTP, and signs tokens. */
export class LocalIssuer {
  readonly audience = 'enrollment-ledger';
  url = '';
  /** What is answered instead of the keys: `down` a refusal, `silent` a page that is none. */
  mode: 'up' | 'down' | 'nonsense' = 'up';
  /** How often the keys were asked for. */
  asked = 0;
  private keys: IssuerKey[] = [];
  private server = createServer((request, response) => this.answer(request, response));

  static async start(): Promise<LocalIssuer> {
    const issuer = new LocalIssuer();
    await issuer.addKey('first');
    await issuer.listen(0);
    return issuer;
  }

  async addKey(kid: string, alg = 'RS256'): Promise<IssuerKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const key = { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
    this.keys.push(key);
    return key;
  }

  removeKey(kid: string): void {
    this.keys = this.keys.filter((key) => key.kid !== kid);
  }

  publicJwk(kid: string): JWK {
    return this.keys.find((key) => key.kid === kid)!.publicJwk;
  }

  /** A token of somebody, good for five minutes; `claims` and `header` change it. */
  async token(
    claims: JWTPayload & { roles?: unknown; regions?: unknown } = {},
    { kid = this.keys.at(-1)!.kid, key }: { kid?: string; key?: IssuerKey } = {},
  ): Promise<string> {
    const signing = key ?? this.keys.find((one) => one.kid === kid)!;
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: this.url, aud: this.audience, sub: 'account-17', iat: now, exp: now + 300, ...claims };
    return new SignJWT(Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)))
      .setProtectedHeader({ alg: signing.alg, kid: signing.kid })
      .sign(signing.privateKey);
  }

  /** The settings of a ledger that believes this issuer. */
  settings(changes: Record<string, string> = {}): Record<string, string> {
    return {
      LEDGER_OIDC_ISSUER: this.url,
      LEDGER_OIDC_AUDIENCE: this.audience,
      LEDGER_OIDC_REFETCH_SECONDS: '1',
      LEDGER_OIDC_CLOCK_SECONDS: '5',
      ...changes,
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const say = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    if (request.url === '/keys') this.asked += 1;
    if (this.mode === 'down') say(503, { error: 'down' });
    else if (this.mode === 'nonsense') say(200, 'no JSON at all');
    else if (request.url === '/.well-known/openid-configuration')
      say(200, { issuer: this.url, jwks_uri: `${this.url}/keys` });
    else if (request.url === '/keys') say(200, { keys: this.keys.map(({ publicJwk }) => publicJwk) });
    else say(404, {});
  }
}
