import { Policies, jurisdictionsOf, type Pack } from '../policy/evaluation';
import { parseStream, type LedgerEvent } from '../../events';
import { FOREVER } from '../../projections/grounds';
import { factsOf, historyAt, type KnownAt } from '../../projections/history';
import { BadBasis, type Basis } from './basis';

/** A pack that was in use then, and whose content is not the one at hand: it was replaced, or never installed here. */
export class PackNotAtHand extends Error {
  override readonly name = 'PackNotAtHand';
}

/** How a pack came to be counted: put in force by an event, or simply installed and never named by one. */
export interface PackStanding {
  region: string;
  id: string;
  version: string;
  sha256: string;
  by: 'activation' | 'installed' | 'question';
  /** The event that put it in force. */
  event?: string;
}

interface Activation {
  event: string;
  region: string;
  pack: string;
  version: string;
  sha256: string;
  recordedAt: string;
}

/** The packs that a basis is answered by, and how each came to count. */
export interface Law {
  policies: Policies;
  standing(pack: { id: string; version: string; sha256: string }): PackStanding;
}

/**
 * The packs of a basis. Under `decidedThen` a version that an event put in force counts from when that event is known; a
 * version that no event names has always been installed. Throws `PackNotAtHand` where an activation known then names other
 * content than is at hand, and `BadBasis` where the question names a version that is not there.
 */
export function lawOf(
  basis: Basis,
  limit: KnownAt,
  policies: Policies,
  streams: ReadonlyMap<string, readonly LedgerEvent[]>,
): Law {
  checkReadings(basis, policies);
  const known = activations(streams, basis.as === 'decidedThen' ? limit : FOREVER);
  const byActivation = new Map(known.map((one) => [keyOf(one.pack, one.version), one]));
  let packs = policies.packs;
  if (basis.as === 'decidedThen') {
    const named = new Set(activations(streams, FOREVER).map((one) => keyOf(one.pack, one.version)));
    for (const one of known) checkAtHand(one, policies);
    packs = packs.filter(
      (pack) => !named.has(keyOf(pack.id, base(pack))) || byActivation.has(keyOf(pack.id, base(pack))),
    );
  }
  const asked = new Set<string>();
  for (const [code, version] of Object.entries(basis.packs ?? {})) {
    const region = jurisdictionsOf(code).find((one) => policies.packs.some((pack) => pack.region === one));
    const versions = policies.packs.filter((pack) => pack.region === region);
    const newest = versions.findLast((pack) => pack.version === version || base(pack) === version);
    if (!newest) {
      const there = [...new Set(versions.map(base))].join(', ') || 'none';
      throw new BadBasis('pack', `${code}:${version}`, `a version of the pack of ${code}; there are: ${there}`);
    }
    asked.add(newest.region);
    const counted = versions.filter((pack) => pack.effectiveFrom <= newest.effectiveFrom);
    packs = [...packs.filter((pack) => pack.region !== newest.region), ...counted];
  }
  const same = packs.length === policies.packs.length && packs.every((pack) => policies.packs.includes(pack));
  const counted = same ? policies : new Policies(packs);
  return {
    policies: counted,
    standing: ({ id, version, sha256 }) => {
      const pack = counted.packs.find((one) => one.id === id && one.version === version)!;
      const activation = byActivation.get(keyOf(id, base(pack)));
      const common = { region: pack.region, id, version, sha256 };
      if (asked.has(pack.region)) return { ...common, by: 'question' };
      if (activation) return { ...common, by: 'activation', event: activation.event };
      return { ...common, by: 'installed' };
    },
  };
}

/** A reading that no pack knows, or a choice it does not have, would silently be the default. */
function checkReadings({ readings = {} }: Basis, { packs }: Policies): void {
  for (const [id, choice] of Object.entries(readings)) {
    const choices = new Set(packs.flatMap((pack) => Object.keys(pack.readings[id]?.choices ?? {})));
    if (choices.has(choice)) continue;
    const expected =
      choices.size === 0 ? 'a reading that a pack knows' : `a choice of ${id}: ${[...choices].join(', ')}`;
    throw new BadBasis('reading', `${id}:${choice}`, expected);
  }
}

function activations(streams: ReadonlyMap<string, readonly LedgerEvent[]>, limit: KnownAt): Activation[] {
  const found: Activation[] = [];
  for (const [stream, events] of streams) {
    const place = parseStream(stream);
    if (place?.kind !== 'region') continue;
    for (const { id, data, recordedAt } of factsOf(historyAt(events, limit), 'PolicyPackActivated')) {
      const { pack, version, sha256 } = data;
      found.push({ event: id, region: place.id, pack, version, sha256, recordedAt });
    }
  }
  return found.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));
}

function checkAtHand({ event, region, pack, version, sha256 }: Activation, { packs }: Policies): void {
  const here = packs.filter((one) => one.id === pack && base(one) === version);
  if (here.some((one) => one.sha256 === sha256)) return;
  const found = here.map((one) => one.sha256).join(', ') || 'none';
  throw new PackNotAtHand(
    `as decided then, region ${region} was ruled by ${pack} ${version} with sha256 ${sha256} (event ${event}); at hand: ${found}. ` +
      'Install that file again, or ask without as=decidedThen',
  );
}

/** The version of the file itself, without that of the parent it is laid over. */
function base({ version }: Pick<Pack, 'version'>): string {
  return version.split('+')[0]!;
}

function keyOf(pack: string, version: string): string {
  return `${pack} ${version}`;
}
