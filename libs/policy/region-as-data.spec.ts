import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeFault, loadPolicies, ruleCoverage } from '.';
import { runScenarioText } from '../scenario';
import { readSetting, type RuleKey } from './evaluation';
import { packFolder } from './testing/pack-folder';

const ROOT = join(__dirname, '../..');
const guide = readFileSync(join(ROOT, 'docs/policy-packs.md'), 'utf8');
const written = /```yaml\n(pack: [\s\S]*?)```/.exec(guide)![1]!;

const scenario = /```yaml\n(scenario: [\s\S]*?)```/.exec(guide)![1]!;

const folder = packFolder({ '990100-zhongzhou/2026-01-01.yaml': written });
cpSync(join(ROOT, 'policies'), folder.path, { recursive: true });
const { policies, faults } = loadPolicies(folder.path);

afterAll(() => folder.remove());

function read(
  key: RuleKey,
  day: string,
  choices: Record<string, string> = {},
  published: Record<string, unknown> = {},
) {
  const pack = policies.inForce('990122', day)!;
  return readSetting(pack.settings[key] as never, day, {
    choose: (reading) => choices[reading] ?? pack.readings[reading]!.choice,
    reference: (name) => (name in published ? { value: published[name] } : undefined),
  });
}

describe('a sixth region, added beside the five as the guide writes it', () => {
  it('loads with the one warning that the guide explains', () => {
    const own = faults.filter(({ file }) => file.includes('990100-zhongzhou'));
    expect(own.map(describeFault)).toEqual([expect.stringContaining('12-26..12-31 belongs to no window')]);
    expect(own[0]!.severity).toBe('warning');
  });

  it('answers from its first day on, for the places below it as well', () => {
    expect(policies.inForce('990100', '2025-12-31')).toBeUndefined();
    expect(policies.inForce('990122', '2026-01-01')?.name.en).toBe('Zhongzhou');
    expect(policies.first('990100')?.effectiveFrom).toBe('2026-01-01');
  });

  it('reads values by day, with the rule of the day', () => {
    expect(read('firstTime.wait', '2026-06-30')).toEqual({
      known: true,
      value: { length: 45, unit: 'day', first: 'payDay' },
      rule: 'ZZ-1a',
    });
    expect(read('firstTime.wait', '2026-07-01')).toEqual({
      known: true,
      value: { length: 30, unit: 'day', first: 'payDay' },
      rule: 'ZZ-5',
    });
  });

  it('reads unclear clauses as they are chosen', () => {
    expect(read('firstTime.wait', '2026-02-01', { 'A-01': 'B' })).toMatchObject({ value: { first: 'nextDay' } });
    expect(read('interruption.limit', '2026-02-01', { 'A-04': 'B' })).toMatchObject({
      value: { months: 2, inclusive: false },
    });
  });

  it('leaves open what the document leaves open, until it is published', () => {
    expect(read('resident.outside', '2026-02-01')).toEqual({ known: false, why: 'silent' });
    expect(read('newborn.deadline', '2026-02-01')).toEqual({ known: false, why: 'silent' });
    const gap = { known: false, why: 'external', rule: 'ZZ-4', needs: 'requiredTotalMonths.male' };
    expect(read('retirement.requiredTotalMale', '2026-02-01')).toEqual(gap);
    expect(read('retirement.requiredTotalMale', '2026-02-01', {}, { 'requiredTotalMonths.male': 348 })).toEqual({
      known: true,
      value: 348,
      rule: 'ZZ-4',
    });
  });

  it('changes nothing for the regions that were there', () => {
    const before = loadPolicies(join(ROOT, 'policies')).policies.packs.map(({ id, sha256 }) => [id, sha256]);
    const after = policies.packs.filter(({ region }) => region !== '990100').map(({ id, sha256 }) => [id, sha256]);
    expect(after).toEqual(before);
  });

  it('expresses each of its rules', () => {
    const { rows, holes } = ruleCoverage(policies, []);
    const own = rows.filter(({ rule }) => rule.startsWith('ZZ-'));
    expect(own.map(({ rule }) => rule)).toEqual([
      'ZZ-0',
      'ZZ-1a',
      'ZZ-1b',
      'ZZ-2a',
      'ZZ-2b',
      'ZZ-3a',
      'ZZ-3b',
      'ZZ-4',
      'ZZ-5',
      'ZZ-6',
    ]);
    expect(holes.filter(({ rule, why }) => rule.startsWith('ZZ-') && why !== 'noCase')).toEqual([]);
    expect(own.at(-1)?.outside).toContain('mediated');
  });

  it('answers the case of the guide: waiting by date and reading, silence by name', () => {
    const results = runScenarioText('docs/policy-packs.md', scenario, policies);
    expect(results).toHaveLength(5);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });
});
