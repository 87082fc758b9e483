import { RecentlyUsed } from './recently-used';

it('forgets what was not used for longest, keeps what is used, and stays within its limit', () => {
  const cache = new RecentlyUsed<number>(10);
  for (let key = 0; key < 100; key++) {
    cache.set(`k${key}`, key);
    cache.get('k0');
    expect(cache.get(`k${key}`)).toBe(key);
  }
  expect(cache.get('k0')).toBe(0);
  expect(cache.get('k1')).toBeUndefined();
  const kept = Array.from({ length: 100 }, (_, key) => cache.get(`k${key}`)).filter((value) => value !== undefined);
  expect(kept.length).toBeLessThanOrEqual(10);
  cache.clear();
  expect(cache.get('k0')).toBeUndefined();
});
