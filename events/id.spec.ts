import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { contentKey, deterministicId, parseEventOrThrow } from '.';

const namespace = Buffer.from('5e1c0d9a3b624f079c412a8e70d316b5', 'hex');

/** RFC 9562, version 5, from the platform's own SHA-1. */
function platformId(key: string): string {
  const bytes = createHash('sha1').update(namespace).update(key, 'utf8').digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

describe('ids made from keys', () => {
  it('are version 5 UUIDs in the ledger’s name space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (key) => {
        expect(deterministicId(key)).toBe(platformId(key));
      }),
      { numRuns: 500 },
    );
  });

  it.each(Array.from({ length: 140 }, (_, length) => length))('hold at a key of %i characters', (length) => {
    expect(deterministicId('x'.repeat(length))).toBe(platformId('x'.repeat(length)));
  });

  it('never change', () =>
    expect(deterministicId('tieling/payments/2022-05/17')).toBe('5bc444cd-ac11-5c66-a7d2-1ab4da973f9d'));

  it('from content agree however the sender ordered the fields', () => {
    const defaults = {
      recordedAt: '2022-05-16',
      makeId: (event: Parameters<typeof contentKey>[0]) => deterministicId(contentKey(event)),
    };
    const one = parseEventOrThrow({ type: 'Died', person: 'P', effectiveOn: '2022-05-16', data: {} }, defaults);
    const aid = (data: object, person = 'P') =>
      parseEventOrThrow({ type: 'AidGranted', person, effectiveOn: '2022-05-16', data }, defaults).id;
    expect(one.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(aid({ aidClass: 'monitored', region: '211200' })).toBe(aid({ region: '211200', aidClass: 'monitored' }));
    expect(aid({ aidClass: 'monitored', region: '211200' })).not.toBe(
      aid({ aidClass: 'monitored', region: '211200' }, 'Q'),
    );
  });
});
