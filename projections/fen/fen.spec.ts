import fc from 'fast-check';
import { cny, compareShares, halfUp, percentOf, plus, shareOf, times, truncated, yuan } from '.';

describe('money', () => {
  it.each([
    [1, 2, 1],
    [1, 3, 0],
    [2, 3, 1],
    [49, 100, 0],
    [50, 100, 1],
    [149, 100, 1],
    [150, 100, 2],
    [0, 7, 0],
  ])('%i/%i fen is rounded half up to %i', (numerator, denominator, wanted) =>
    expect(halfUp(shareOf(numerator, 1, denominator))).toBe(wanted),
  );

  it.each([
    [650000, 7, 45500],
    [100000, 5.5, 5500],
    [101, 5.5, 6],
    [100, 0.5, 1],
    [99, 0.5, 0],
    [600000, 100, 600000],
    [600000, 0, 0],
  ])('of %i fen, %d percent is %i', (fen, percent, wanted) => expect(halfUp(percentOf(fen, percent))).toBe(wanted));

  it('stays exact where floating point would not', () => {
    // 0.1 percent of 1005 fen is 1.005 fen; 10 % of 1.1 fen and the like may not gain or lose by binary fractions
    expect(halfUp(times(percentOf(1000, 1.15), 100))).toBe(1150);
    expect(halfUp(shareOf(Number.MAX_SAFE_INTEGER, 3, 3))).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('parts of a payment add up to it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 1, max: 60 }), (fen, months) => {
        let sum = shareOf(0, 1, 1);
        for (let i = 0; i < months; i++) sum = plus(sum, shareOf(fen, 1, months));
        expect(compareShares(sum, shareOf(fen, 1, 1))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('truncation is never above half-up, and at most one fen below', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 1, max: 99999 }), (fen, parts) => {
        const share = shareOf(fen, 1, parts);
        const difference = halfUp(share) - truncated(share);
        expect(difference === 0 || difference === 1).toBe(true);
      }),
    );
  });

  it.each([
    [0, '0.00 元'],
    [5, '0.05 元'],
    [30000, '300.00 元'],
  ])('%i fen reads %s', (fen, wanted) => {
    expect(yuan(fen)).toBe(wanted);
    expect(cny(fen)).toBe(`CNY ${wanted.slice(0, -2)}`);
  });
});
