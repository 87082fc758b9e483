import { isSafeUrl, signingAlgorithms, type SignInTerms } from '../../../libs/access';
import type { SettingsReader } from '../../../libs/settings';

/** How the server tells who asks, and how much anyone may ask. */
export interface AccessSettings {
  /** Whose sign-in is believed; undefined where there is none. */
  signIn: SignInTerms | undefined;
  /** `auto`: changes need a second person as soon as there is one who could approve them. */
  fourEyes: 'auto' | 'on' | 'off';
  /** Requests a second of one subject; `machine` of integrators and of the holder of the first token. */
  rates: { person: number; machine: number };
  /** How long a request may take to arrive. */
  requestSeconds: number;
}

/** The names of these settings, each with its default. */
export const accessNames = {
  LEDGER_OIDC_ISSUER: '',
  LEDGER_OIDC_AUDIENCE: '',
  LEDGER_OIDC_JWKS_URL: 'as the issuer’s discovery document says',
  LEDGER_OIDC_ALGORITHMS: 'RS256,PS256,ES256,EdDSA',
  LEDGER_OIDC_CLOCK_SECONDS: '30',
  LEDGER_OIDC_REFETCH_SECONDS: '30',
  LEDGER_OIDC_SUBJECT_CLAIM: 'sub',
  LEDGER_OIDC_ROLES_CLAIM: 'roles',
  LEDGER_OIDC_REGIONS_CLAIM: 'regions',
  LEDGER_FOUR_EYES: 'auto',
  LEDGER_RATE_PER_SECOND: '50',
  LEDGER_MACHINE_RATE_PER_SECOND: '10000',
  LEDGER_REQUEST_SECONDS: '300',
} as const;

type Reader = SettingsReader<keyof typeof accessNames>;

export function readAccess(reader: Reader): AccessSettings {
  return {
    signIn: readSignIn(reader),
    fourEyes: reader.word('LEDGER_FOUR_EYES', 'auto', ['auto', 'on', 'off']),
    rates: {
      person: reader.whole('LEDGER_RATE_PER_SECOND', 50, 1, 1_000_000),
      machine: reader.whole('LEDGER_MACHINE_RATE_PER_SECOND', 10_000, 1, 1_000_000),
    },
    requestSeconds: reader.whole('LEDGER_REQUEST_SECONDS', 300, 1, 86_400),
  };
}

const CLAIM = /^[A-Za-z0-9_.:/-]{1,200}$/;

function readSignIn(reader: Reader): SignInTerms | undefined {
  const claim = (name: keyof typeof accessNames, otherwise: string) =>
    reader.matching(name, otherwise, CLAIM, 'the name of a claim; a dot leads into an object');
  const issuer = reader.text('LEDGER_OIDC_ISSUER', '');
  const audience = reader.text('LEDGER_OIDC_AUDIENCE', '');
  const jwksUrl = reader.text('LEDGER_OIDC_JWKS_URL', '');
  const terms: SignInTerms = {
    issuer,
    audience,
    ...(jwksUrl === '' ? {} : { jwksUrl }),
    algorithms: reader.text('LEDGER_OIDC_ALGORITHMS', 'RS256,PS256,ES256,EdDSA').split(/\s*,\s*/),
    clockSeconds: reader.whole('LEDGER_OIDC_CLOCK_SECONDS', 30, 0, 600),
    refetchMs: 1000 * reader.whole('LEDGER_OIDC_REFETCH_SECONDS', 30, 1, 3_600),
    subjectClaim: claim('LEDGER_OIDC_SUBJECT_CLAIM', 'sub'),
    rolesClaim: claim('LEDGER_OIDC_ROLES_CLAIM', 'roles'),
    regionsClaim: claim('LEDGER_OIDC_REGIONS_CLAIM', 'regions'),
  };
  if (terms.algorithms.some((one) => !(signingAlgorithms as readonly string[]).includes(one))) {
    reader.refuse('LEDGER_OIDC_ALGORITHMS', terms.algorithms.join(','), `some of ${signingAlgorithms.join(', ')}`);
  }
  if (jwksUrl !== '' && !isSafeUrl(jwksUrl)) reader.refuse('LEDGER_OIDC_JWKS_URL', jwksUrl, SAFE);
  if (issuer === '') {
    if (audience !== '') reader.refuse('LEDGER_OIDC_AUDIENCE', audience, 'LEDGER_OIDC_ISSUER with it');
    return undefined;
  }
  if (!isSafeUrl(issuer)) reader.refuse('LEDGER_OIDC_ISSUER', issuer, SAFE);
  if (audience === '') {
    reader.refuse('LEDGER_OIDC_AUDIENCE', '', 'the audience that the issuer’s tokens for this ledger name');
  }
  return terms;
}

const SAFE = 'an https address without a password; http on this machine alone';
