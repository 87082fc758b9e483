/** An exact share of money: `numerator / denominator` fen. Both are whole; the denominator is positive. */
export interface Share {
  numerator: bigint;
  denominator: bigint;
}

/** The fen of a payment that fall on `part` of its `whole` months, exactly. */
export function shareOf(fen: number, part: number, whole: number): Share {
  return { numerator: BigInt(fen) * BigInt(part), denominator: BigInt(whole) };
}

/** A percentage of money, exactly; the percentage may have up to six decimals (5.5). */
export function percentOf(fen: Share | number, percent: number): Share {
  const share = typeof fen === 'number' ? shareOf(fen, 1, 1) : fen;
  return {
    numerator: share.numerator * BigInt(Math.round(percent * 1_000_000)),
    denominator: share.denominator * 100_000_000n,
  };
}

export function times(share: Share, factor: number, divisor = 1): Share {
  return { numerator: share.numerator * BigInt(factor), denominator: share.denominator * BigInt(divisor) };
}

export function plus(a: Share, b: Share): Share {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. */
export function compareShares(a: Share, b: Share): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The one rounding of an assessed item (CV-9): half a fen goes up. Money is never negative. */
export function halfUp(share: Share): number {
  return Number((share.numerator * 2n + share.denominator) / (share.denominator * 2n));
}

/** Drops what is less than a fen. */
export function truncated(share: Share): number {
  return Number(share.numerator / share.denominator);
}

/** `300.00 元` */
export function yuan(fen: number): string {
  return `${amount(fen)} 元`;
}

/** `CNY 300.00` */
export function cny(fen: number): string {
  return `CNY ${amount(fen)}`;
}

function amount(fen: number): string {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
