import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSamples } from './generate';

const kept = join(__dirname, '..', '..', '..', 'samples');
const REGIONS = ['211200-tieling', '320700-lianyungang'];
const FILES = ['README.md', 'events.jsonl', 'payments-gb18030.csv', 'payments.csv', 'relations.csv'];

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-samples-'));
  await writeSamples(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(REGIONS.flatMap((region) => FILES.map((file) => [`${region}/${file}`])))('%s is what the generator writes', (path) => {
  expect(readFileSync(join(kept, path)).equals(readFileSync(join(folder, path)))).toBe(true);
});

test('the samples are small, and hold no identity number but the one that must be refused', () => {
  const bytes = REGIONS.flatMap((region) => FILES.map((file) => statSync(join(kept, region, file)).size));
  expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(500_000);
  for (const region of REGIONS) {
    for (const file of readdirSync(join(kept, region)).filter((name) => FILES.includes(name))) {
      const numbers = readFileSync(join(kept, region, file), 'latin1').match(/(?<!\d)[1-9]\d{16}[\dXx](?!\d)/g) ?? [];
      expect(numbers.filter((number) => number !== '11010519491231002X')).toEqual([]);
    }
  }
});
