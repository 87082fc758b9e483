import { disagreements } from './agreement';

const labels = new Map([['firstArrival', ['id-1']]]);

describe('an expectation agrees with an answer', () => {
  test.each<[string, unknown, unknown]>([
    [
      'in the fields it names',
      { benefit: { status: 'covered' } },
      { benefit: { status: 'covered', since: '2022-01-01' }, place: 'x' },
    ],
    ['item by item in a list', { a: [{ x: 1 }, { y: 2 }] }, { a: [{ x: 1, z: 0 }, { y: 2 }] }],
    ['when [] is none', { a: [] }, { a: [] }],
    ['when [] is absent', { a: { b: [] } }, { a: {} }],
    ['when null is absent', { a: null }, {}],
    ['when null is null', { a: null }, { a: null }],
    ['when null is wanted inside something absent', { a: { b: null } }, {}],
    ['when some element is included', { a: { includes: [{ x: 2 }] } }, { a: [{ x: 1 }, { x: 2 }] }],
    ['when several are included in any order', { a: { includes: [{ x: 2 }, { x: 1 }] } }, { a: [{ x: 1 }, { x: 2 }] }],
    ['when none is excluded', { a: { excludes: [{ x: 3 }] } }, { a: [{ x: 1 }] }],
    ['when excluded from an absent list', { a: { excludes: [{ x: 3 }] } }, {}],
    ['in plain words of a list', { a: { includes: ['continue'] } }, { a: ['lumpSum', 'continue'] }],
    ['in a code written without quotes', { region: 211200 }, { region: '211200' }],
    [
      'in a span of months',
      { feeMonths: '2022-05..2022-09' },
      { feeMonths: { from: '2022-05', through: '2022-09', count: 5 } },
    ],
    ['in a single month as a span', { feeMonths: '2022-05' }, { feeMonths: { from: '2022-05', through: '2022-05' } }],
    ['in the label of an event', { events: ['firstArrival'] }, { events: ['id-1'] }],
    ['in false', { restored: false }, { restored: false }],
    ['in zero', { months: 0 }, { months: 0 }],
  ])('%s', (_, wanted, got) => {
    expect(disagreements(wanted, got, labels)).toEqual([]);
  });
});

describe('an expectation disagrees with an answer', () => {
  test.each<[string, unknown, unknown, string]>([
    ['another value', { benefit: { status: 'covered' } }, { benefit: { status: 'waiting' } }, 'benefit.status'],
    ['a missing field', { a: { b: 1 } }, { a: {} }, 'a.b'],
    ['a missing object', { a: { b: 1 } }, {}, 'a'],
    ['a list that is longer', { a: [{ x: 1 }] }, { a: [{ x: 1 }, { x: 2 }] }, 'a'],
    ['a list that is shorter', { a: [{ x: 1 }, { x: 2 }] }, { a: [{ x: 1 }] }, 'a'],
    ['a list that is not empty', { a: [] }, { a: [1] }, 'a'],
    ['an item of a list', { a: [{ x: 1 }, { x: 2 }] }, { a: [{ x: 1 }, { x: 3 }] }, 'a[1].x'],
    ['an item out of place', { a: [1, 2, 3] }, { a: [2, 2, 3] }, 'a[0]'],
    ['null where there is something', { a: null }, { a: 0 }, 'a'],
    ['false where nothing is said', { a: false }, {}, 'a'],
    ['absent where an object with a null is wanted beside a value', { a: { b: null, c: 1 } }, {}, 'a.c'],
    ['nothing included', { a: { includes: [{ x: 3 }] } }, { a: [{ x: 1 }] }, 'a'],
    ['something excluded', { a: { excludes: [{ x: 1 }] } }, { a: [{ x: 1, y: 2 }] }, 'a'],
    ['included in something absent', { a: { includes: [{ x: 3 }] } }, {}, 'a'],
    ['an object where a list is wanted', { a: [] }, { a: {} }, 'a'],
    ['a word where an object is wanted', { a: { b: 1 } }, { a: 'b' }, 'a'],
    ['a number in words', { a: '1' }, { a: 1 }, 'a'],
    ['another label', { events: ['firstArrival'] }, { events: ['id-2'] }, 'events[0]'],
    [
      'another span',
      { feeMonths: '2022-05..2022-09' },
      { feeMonths: { from: '2022-05', through: '2022-08' } },
      'feeMonths',
    ],
  ])('%s', (_, wanted, got, path) => {
    expect(disagreements(wanted, got, labels).map((found) => found.path)).toEqual([path]);
  });
});
