import { createHash } from 'node:crypto';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { holdsIdentityNumber, isRegionCode } from '../../../events';
import { isRole, type Principal } from '../principal';
import { IssuerKeys, type KeySource } from './issuer-keys';

/** Whose tokens are believed, and what in them says who someone is. */
export interface SignInTerms extends KeySource {
  audience: string;
  /** How far clocks may differ, in seconds. */
  clockSeconds: number;
  /** Signature algorithms, asymmetric ones only. */
  algorithms: readonly string[];
  /** Names of claims; a dot leads into an object. */
  subjectClaim: string;
  rolesClaim: string;
  regionsClaim: string;
}

/** The algorithms that may be allowed: none in which the public key would be the secret. */
export const signingAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** A token that is not believed. `reason` is a word for logs and for the caller. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';

  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`the token is not believed: ${reason}`, options);
  }
}

const TOKENS_KEPT = 10_000;
const KEPT_MS = 30_000;
const SUBJECT = /^[\x21-\x7e]{1,200}$/;

/** Believes the tokens of one issuer. */
export class SignIn {
  private readonly keys: IssuerKeys;
  /** By the hash of the token, for a short while: checking a signature costs more than answering. */
  private readonly believed = new Map<string, { principal: Principal; untilMs: number }>();

  constructor(
    private readonly terms: SignInTerms,
    private readonly clock: () => number = Date.now,
  ) {
    this.keys = new IssuerKeys(terms, clock);
  }

  /** Who the token says he is. Rejects with `TokenRefused` or `IssuerUnreachable`. */
  async principalOf(token: string): Promise<Principal> {
    const hash = createHash('sha256').update(token).digest('base64');
    const now = this.clock();
    const known = this.believed.get(hash);
    if (known && now < known.untilMs) return known.principal;

    const payload = await this.verified(token, now);
    const principal = this.principalIn(payload);
    if (this.believed.size >= TOKENS_KEPT) this.believed.clear();
    this.believed.set(hash, { principal, untilMs: Math.min(now + KEPT_MS, payload.exp! * 1000) });
    return principal;
  }

  private async verified(token: string, now: number): Promise<JWTPayload> {
    const { issuer, audience, algorithms, clockSeconds } = this.terms;
    try {
      const { payload } = await jwtVerify(token, this.keys.find, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockSeconds,
        currentDate: new Date(now),
        requiredClaims: ['exp'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new TokenRefused(reasonOf(error), { cause: error });
      throw error;
    }
  }

  private principalIn(payload: JWTPayload): Principal {
    const { subjectClaim, rolesClaim, regionsClaim } = this.terms;
    const subject = claimAt(payload, subjectClaim);
    if (typeof subject !== 'string' || !SUBJECT.test(subject) || holdsIdentityNumber(subject)) {
      throw new TokenRefused('subject');
    }
    const regions = wordsOf(claimAt(payload, regionsClaim));
    return {
      subject: `oidc:${subject}`,
      roles: wordsOf(claimAt(payload, rolesClaim)).filter(isRole),
      regions: regions.includes('all') ? 'all' : regions.filter(isRegionCode),
    };
  }
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknownKey';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'notYetValid';
    if (error.claim === 'aud') return 'wrongAudience';
    if (error.claim === 'iss') return 'wrongIssuer';
    return 'claimMissing';
  }
  return 'malformed';
}

/** A claim by its name, or by the path to it. */
function claimAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name
    .split('.')
    .reduce<unknown>(
      (inner, step) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
          ? (inner as Record<string, unknown>)[step]
          : undefined,
      payload,
    );
}

/** The words of a claim: a list, or a text with blanks or commas between. */
function wordsOf(claim: unknown): string[] {
  const words: unknown[] = typeof claim === 'string' ? claim.split(/[\s,]+/) : Array.isArray(claim) ? claim : [];
  return words.filter((one): one is string => typeof one === 'string');
}
