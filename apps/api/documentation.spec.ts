import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemKinds } from './http/problem';
import { installation, settingNames } from './settings';

const page = (name: string) => readFileSync(join(installation(), 'docs', name), 'utf8');
const namedIn = (text: string, form: RegExp) => [...new Set([...text.matchAll(form)].map(([, name]) => name!))].sort();

describe('the pages about the server', () => {
  it('name every setting, and no other', () => {
    expect(namedIn(page('operating.md'), /^\| `([A-Z_]+)` \|/gm)).toEqual(Object.keys(settingNames).sort());
  });

  it('name every kind of problem, and no other', () => {
    const [, table = ''] = page('api.md').split('| `urn:enrollment-ledger:problem:` |');
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.flatMap((row) => namedIn(row.split('|')[1]!, /`([a-z-]+)`/g)).sort()).toEqual(
      Object.keys(problemKinds).sort(),
    );
  });
});
