import { UnreadableEvent, deterministicId, fromStored, type EventFromStore } from '.';
import { define } from './envelope';
import { OneOf } from './fields';
import { readerOf } from './stored';

class ColourData {
  @OneOf(['red', 'blue'])
  colour!: string;
}

const stored = (type: string, version: unknown, data: object, metadata: object = {}): EventFromStore => ({
  id: deterministicId(type),
  type,
  stream: 'person-P',
  revision: 4,
  position: 12n,
  recordedAt: '2022-05-16T09:30:00.000+08:00',
  data,
  metadata: { effectiveOn: '2022-05-16', schemaVersion: version, ...metadata },
});

describe('reading stored events', () => {
  const third = define('Died', ColourData, {
    version: 3,
    upcasters: { 1: ({ color }) => ({ colour: color }), 2: ({ colour }) => ({ colour: String(colour).toLowerCase() }) },
  });
  const read = readerOf({ Died: third });

  it.each([
    [1, { color: 'RED' }],
    [2, { colour: 'RED' }],
    [3, { colour: 'red' }],
  ])('brings version %i up to today’s', (version, data) => {
    const before = structuredClone(data);
    expect(read(stored('Died', version, data))).toMatchObject({
      effectiveOn: '2022-05-16',
      revision: 4,
      data: { colour: 'red' },
    });
    expect(data).toEqual(before);
  });

  it.each<[string, EventFromStore]>([
    ['a newer version', stored('Paid', 2, {})],
    ['an unknown type', stored('Levitated', 1, {})],
    ['a type named like a property of every object', stored('constructor', 1, {})],
    ['no version', stored('Paid', undefined, {})],
    ['a version that is no number', stored('Paid', '1', {})],
    ['version 0', stored('Paid', 0, {})],
    ['version 0.5', stored('Paid', 0.5, {})],
    ['no effective day', stored('Paid', 1, {}, { effectiveOn: undefined })],
  ])('stops at %s, and says where', (_, event) => {
    const reading = () => fromStored(event);
    expect(reading).toThrow(UnreadableEvent);
    expect(reading).toThrow(`cannot read revision 4 of person-P: ${event.type} version `);
  });

  it('keeps the cause when an upcaster fails', () => {
    const broken = readerOf({
      Died: define('Died', ColourData, {
        version: 2,
        upcasters: {
          1: () => {
            throw new Error('no colour');
          },
        },
      }),
    });
    try {
      broken(stored('Died', 1, {}));
      throw new Error('read on');
    } catch (error) {
      expect(error).toBeInstanceOf(UnreadableEvent);
      expect(error).toMatchObject({
        stream: 'person-P',
        revision: 4,
        type: 'Died',
        version: 1,
        cause: new Error('no colour'),
      });
    }
  });
});
