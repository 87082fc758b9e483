import { OPEN, dayNumber, type DayNumber } from '../../calendar';
import type { Pack } from './pack';
import { jurisdictionsOf } from './jurisdictions';

/** A version of a pack and the days on which it is in force. */
interface Term {
  from: DayNumber;
  through: DayNumber;
  pack: Pack;
}

/** Every pack that is loaded, by jurisdiction and time. */
export class Policies {
  private readonly byRegion = new Map<string, Pack[]>();
  private readonly ruling = new Map<string, Pack[] | undefined>();
  private readonly terms = new Map<string, readonly Term[]>();

  constructor(readonly packs: readonly Pack[]) {
    for (const pack of packs) {
      const versions = this.byRegion.get(pack.region) ?? [];
      versions.push(pack);
      this.byRegion.set(pack.region, versions);
    }
    for (const versions of this.byRegion.values()) {
      versions.sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : a.effectiveFrom > b.effectiveFrom ? 1 : 0));
    }
  }

  /** The pack version in force for the region on the day (CV-11), from the nearest jurisdiction that has one. */
  inForce(region: string, day: string): Pack | undefined {
    return this.versionsFor(region)?.findLast(
      ({ effectiveFrom, effectiveThrough }) =>
        effectiveFrom <= day && (effectiveThrough === undefined || day <= effectiveThrough),
    );
  }

  /** As `inForce`, of a day by its number. */
  inForceOn(region: string, day: DayNumber): Pack | undefined {
    let terms = this.terms.get(region);
    if (!terms) this.terms.set(region, (terms = (this.versionsFor(region) ?? []).map(termOf)));
    for (let i = terms.length - 1; i >= 0; i--) {
      const { from, through, pack } = terms[i]!;
      if (from <= day && day <= through) return pack;
    }
    return undefined;
  }

  /** The first version that ever rules the region: before its first day nothing is decided (CV-21). */
  first(region: string): Pack | undefined {
    return this.versionsFor(region)?.[0];
  }

  /** The national vocabulary and schemes that hold wherever no region says otherwise. */
  national(): Pack | undefined {
    return this.byRegion.get('000000')?.at(-1);
  }

  private versionsFor(region: string): Pack[] | undefined {
    if (!this.ruling.has(region)) this.ruling.set(region, this.nearest(region));
    return this.ruling.get(region);
  }

  private nearest(region: string): Pack[] | undefined {
    for (const jurisdiction of jurisdictionsOf(region)) {
      if (jurisdiction === '000000') return undefined;
      const versions = this.byRegion.get(jurisdiction);
      if (versions) return versions;
    }
    return undefined;
  }
}

function termOf(pack: Pack): Term {
  const { effectiveFrom, effectiveThrough } = pack;
  const through = effectiveThrough === undefined ? OPEN : dayNumber(effectiveThrough);
  return { from: dayNumber(effectiveFrom), through, pack };
}
