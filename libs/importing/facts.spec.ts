import fc from 'fast-check';
import { parseEvent, type LedgerEvent } from '../../events';
import { WrittenFact, written } from '../ledger';
import { makingIds, type RowContext } from './fact';
import { loadMapping, type ColumnWord } from './mapping';
import { factsOfPayment } from './payments';
import { factsOfRelation } from './relations';
import { Columns, RefusedRow, Row } from './row';

const mapping = loadMapping();
// Meanings that do not go together: nothing may come of them that the door would refuse.
mapping.category['7'] = { participation: 'student' };
mapping.category['8'] = { scheme: 'employee', participation: 'general' };
mapping.employerKind['99'] = 'newborn';

const codesOf = (codes: object) => fc.constantFrom('', ...Object.keys(codes), 'x', 'constructor', '__proto__');
const day = fc.oneof(
  fc.constantFrom(
    '',
    '1799-12-31',
    '1800-01-01',
    '2022-02-29',
    '2024-2-29',
    '20240229',
    '2024/01/31 23:59',
    '9999-12-31',
  ),
  fc.date({ min: new Date('1800-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => {
    return date.toISOString().slice(0, 10);
  }),
);
const month = fc.oneof(
  fc.constantFrom('', '179912', '180001', '1899-12', '190001', '299912', '300001', '999912', '2022/05', '202213', 'x'),
  fc.tuple(fc.integer({ min: 1990, max: 2030 }), fc.integer({ min: 1, max: 12 })).map(([year, ofYear]) => {
    return `${year}${String(ofYear).padStart(2, '0')}`;
  }),
);
const yuan = fc.constantFrom(
  '',
  '0',
  '-0',
  '-0.00',
  '0.01',
  '480.00',
  '-480',
  '999999999999.99',
  '1e3',
  '0.001',
  ' 7 ',
);
const id = fc.constantFrom(
  '',
  'P1',
  'a.b_c:d-e',
  '11010519491231002X',
  '91110000100000000B',
  'x'.repeat(65),
  '"',
  'é',
  '\\',
);

const cellsOf: Partial<Record<ColumnWord, fc.Arbitrary<string>>> = {
  person: id,
  scheme: codesOf(mapping.scheme),
  category: codesOf(mapping.category),
  region: fc.constantFrom('', '211200', '320700', '011200', '2112'),
  employer: id,
  employerKind: codesOf(mapping.employerKind),
  fundMode: codesOf(mapping.fundMode),
  recordedAt: day,
  from: day,
  through: day,
  firstMonth: month,
  status: codesOf(mapping.status),
  retired: fc.constantFrom('', '0', '1'),
  changeReason: codesOf(mapping.changeReason),
  feeFrom: month,
  feeThrough: month,
  arrival: day,
  kind: codesOf(mapping.kind),
  paid: codesOf(mapping.paid),
  reversal: codesOf(mapping.reversal),
  unitYuan: yuan,
  personYuan: yuan,
  lateFeeYuan: yuan,
};
const usual: Partial<Record<ColumnWord, string>> = {
  person: 'P1',
  scheme: '310',
  category: '1101',
  region: '211200',
  from: '2022-03-01',
  through: '2022-09-13',
  feeFrom: '202203',
  arrival: '2022-03-10',
};
const words = Object.keys(cellsOf) as ColumnWord[];
const columns = new Columns(
  words.map((word) => mapping.columns[word]),
  mapping,
);
/** Mostly usual cells, so that most rows become something. */
const rows = fc
  .tuple(...words.map((word) => fc.oneof({ weight: 3, arbitrary: fc.constant(usual[word] ?? '') }, cellsOf[word]!)))
  .map((cells) => new Row(cells, columns));
const contexts = fc.constantFrom<RowContext>(
  { actor: 'import', source: 'tax' },
  { actor: 'a "quoted" account', source: 'agency', region: '320700' },
  { actor: 'import', source: 'tax', migratedFrom: 'core' },
  { actor: '', source: 'tax' },
  { actor: 'clerk 11010519491231002X', source: 'agency' },
  { actor: 'half \uD800', source: 'tax', migratedFrom: 'core' },
);

function factsOf(read: () => LedgerEvent[]): LedgerEvent[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof RefusedRow) return [];
    throw error;
  }
}

test('what a row becomes is what the door would make of it, to the letter, whether or not the door was asked', () => {
  let facts = 0;
  fc.assert(
    fc.property(rows, contexts, fc.boolean(), (row, context, payments) => {
      const read = factsOf(() => {
        if (!payments) return factsOfRelation(row, context);
        const paid = factsOfPayment(row, context);
        return 'facts' in paid ? paid.facts : [];
      });
      for (const fact of read) {
        facts += 1;
        const { type, stream, effectiveOn, recordedAt, data } = fact;
        const { schemaVersion: _version, effectiveOn: _day, ...metadata } = fact.metadata;
        const parsed = parseEvent({ type, stream, effectiveOn, recordedAt, data, metadata }, makingIds);
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
        const asked = written(parsed.event);
        if (!(fact instanceof WrittenFact) || JSON.stringify(fact) !== JSON.stringify(asked))
          expect(fact).toEqual(asked);
      }
    }),
    { numRuns: 10_000 },
  );
  expect(facts).toBeGreaterThan(2_000);
});
