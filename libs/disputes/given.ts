import { dayOfInstant } from '../calendar';
import { canonicalJson, digestOf, type HashAlgorithm } from '../evidence';
import { Policies, jurisdictionsOf, type Pack } from '../policy/evaluation';
import { parseStream, type AnswerGivenData, type EventOf, type LedgerEvent } from '../../events';
import { answerOf, type AnswerAtBasis } from './answers';
import { BadBasis, formatBasis, parseBasis, type Basis } from './basis';
import { PackNotAtHand } from './law';
import { resolve, withRegion, type Material } from './material';

/** Who asked, and what for: an office, a court, a case number; never a name. */
export interface Asker {
  asker: string;
  purpose?: string;
}

/** An answer on its way out, and the event that records it. */
export interface Giving {
  answer: AnswerAtBasis;
  event: { type: 'AnswerGiven'; effectiveOn: string; data: AnswerGivenData };
}

/** An answer that was given out, as it was recorded. */
export interface GivenAnswer extends AnswerGivenData {
  id: string;
  recordedAt: string;
  position: string;
  /** Who recorded it, by account or program. */
  actor?: string;
  /** Whether the record of it was taken back. */
  voided: boolean;
}

/** Why an answer cannot be given again as it was, or is not the same. */
export interface GivenFinding {
  kind: 'pack' | 'log' | 'question' | 'engine' | 'unexplained';
  zh: string;
  en: string;
}

/** An answer that was given out, asked again on what it stood on. */
export interface AskedAgain {
  given: GivenAnswer;
  /** Whether it came out byte for byte as it was given. */
  same: boolean;
  /** Of the answer as it comes out now; absent where it cannot be asked. */
  digest?: string;
  engine: { given: string; here: string };
  findings: GivenFinding[];
  answer?: AnswerAtBasis;
}

/** The canonical bytes of an answer, as text: RFC 8785, whole numbers beyond the reach of JSON as texts. */
export function answerText(answer: AnswerAtBasis): string {
  return canonicalJson(
    JSON.parse(JSON.stringify(answer, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))),
  );
}

/** The answer at a basis, and its record. The material is what the log held at `head`; `now` fills in a basis without `knownAt`. */
export function giving(
  material: Material,
  basis: Basis,
  { asker, purpose }: Asker,
  at: { head: bigint; now: string; policies: Policies; engine: string; algorithm: HashAlgorithm },
): Giving {
  const { head, now, policies, engine, algorithm } = at;
  const packs = packsConcerned(material, policies);
  const settled = { ...basis, knownAt: basis.knownAt ?? now };
  const answer = ask(material, settled, now, new Policies(packs));
  return {
    answer,
    event: {
      type: 'AnswerGiven',
      effectiveOn: dayOfInstant(now),
      data: {
        asker,
        ...(purpose === undefined ? {} : { purpose }),
        basis: formatBasis(settled),
        logPosition: String(head),
        packs: packs.map(({ id, version, sha256 }) => ({ id, version, sha256 })),
        readings: answer.readings.map(({ id, choice, by }) => ({ id, choice, by })),
        algorithm,
        digest: digestOf(algorithm, answerText(answer)),
        engine,
      },
    },
  };
}

/** The answers that were given out about a person, in the order of recording. */
export function givenAnswers(events: readonly LedgerEvent[]): GivenAnswer[] {
  const voided = new Set<string>();
  // A voiding may itself be voided; the last word on each stands.
  for (const event of [...events].reverse()) {
    if (event.type === 'Voided' && !voided.has(event.id)) voided.add(event.data.target);
  }
  return events
    .filter((event): event is EventOf<'AnswerGiven'> => event.type === 'AnswerGiven')
    .map(({ id, recordedAt, position, metadata, data }) => ({
      id,
      recordedAt,
      position: String(position ?? ''),
      ...(metadata.actor === undefined ? {} : { actor: metadata.actor }),
      voided: voided.has(id),
      ...data,
    }));
}

/** Gives an answer again from what the log held then and the packs that were at hand then, and says whether it is the same. */
export function askedAgain(
  given: GivenAnswer,
  material: Material,
  at: { head: bigint; policies: Policies; engine: string },
): AskedAgain {
  const findings: GivenFinding[] = [];
  const found = (kind: GivenFinding['kind'], zh: string, en: string) => findings.push({ kind, zh, en });
  if (at.head < BigInt(given.logPosition)) {
    found(
      'log',
      `答复依据的日志到位置 ${given.logPosition}，现在只到 ${at.head}：存储被截断或换回旧副本`,
      `it stood on the log up to position ${given.logPosition}, and the log ends at ${at.head}: the store was cut off or put back to an older copy`,
    );
  }
  const packs = given.packs.flatMap(({ id, version, sha256 }): Pack[] => {
    const here = at.policies.packs.find((pack) => pack.id === id && pack.version === version && pack.sha256 === sha256);
    if (here) return [here];
    const others = at.policies.packs.filter((pack) => pack.id === id && pack.version === version);
    const now = others.map((pack) => pack.sha256).join(', ') || '—';
    found(
      'pack',
      `当时的政策包 ${id} ${version}（SHA-256 ${sha256}）现在没有，现有：${now}`,
      `the pack ${id} ${version} of that time (SHA-256 ${sha256}) is not at hand; at hand: ${now}`,
    );
    return [];
  });
  const base = { given, engine: { given: given.engine, here: at.engine } };
  let answer: AnswerAtBasis;
  try {
    answer = ask(material, parseBasis(given.basis), given.recordedAt, new Policies(packs));
  } catch (error) {
    if (!(error instanceof BadBasis || error instanceof PackNotAtHand)) throw error;
    found(
      'question',
      `无法按原口径重新核定：${error.message}`,
      `it cannot be asked again on its basis: ${error.message}`,
    );
    return { ...base, same: false, findings };
  }
  const digest = digestOf(given.algorithm, answerText(answer));
  const same = digest === given.digest;
  if (!same && given.engine !== at.engine) {
    found(
      'engine',
      `答复由程序 ${given.engine} 出具，此处为 ${at.engine}：请用当时的版本重算`,
      `it was given by version ${given.engine} of the program, and this is ${at.engine}: ask again with that version`,
    );
  } else if (!same && findings.length === 0) {
    found(
      'unexplained',
      '程序版本、政策包和日志位置都相同，结果却不同：事件或答复记录被改动过，请运行 ledger evidence verify',
      'version, packs and place of the log are the same, and the answer is not: events or the record of the answer were changed; run ledger evidence verify',
    );
  }
  return { ...base, same, digest, findings, answer };
}

function ask(material: Material, basis: Basis, now: string, policies: Policies): AnswerAtBasis {
  return withRegion(material.person, () => answerOf(material, resolve(material, basis, now, policies)));
}

/** Every version of the packs of the regions that the material names, and of those above. */
function packsConcerned({ streams }: Material, { packs }: Policies): Pack[] {
  const regions = new Set<string>([NATIONAL]);
  for (const stream of streams.keys()) {
    const place = parseStream(stream);
    if (place?.kind === 'region') for (const code of jurisdictionsOf(place.id)) regions.add(code);
  }
  return packs.filter(({ region }) => regions.has(region));
}

const NATIONAL = '000000';
