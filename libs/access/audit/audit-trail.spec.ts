import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AuditTrail, auditFile, checkAudit, type AuditEntry } from '.';
import { auditHeadFile } from './audit-trail';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-audit-'));
  file = auditFile(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (n: number): AuditEntry => ({
  at: `2026-01-01T00:00:00.${String(n % 1000).padStart(3, '0')}+08:00`,
  subject: `key:desk-${n % 3}`,
  action: 'GET /v1/persons/:person/answer',
  person: n % 5 === 0 ? null : `P-${n % 7}`,
  basis: null,
  outcome: n % 4 === 0 ? '403 forbidden' : '200',
  correlation: `request-${n}`,
});

function written(rows: number): void {
  const trail = new AuditTrail(file);
  for (let n = 1; n <= rows; n++) trail.note(entry(n));
  trail.close();
}

/** Does to the file what only somebody with the file in his hands can. */
function tampered(statement: string): void {
  const database = new Database(file);
  for (const trigger of ['audit_stays', 'audit_keeps', 'audit_grows']) database.exec(`DROP TRIGGER ${trigger}`);
  database.exec(statement);
  database.close();
}

describe('the audit trail', () => {
  it('holds every row that was noted before it was closed, in order, also over several runs', () => {
    written(4_501);
    written(3);
    const verdict = checkAudit(file);
    expect(verdict).toMatchObject({ rows: 4_504, faults: [], head: { seq: 4_504 } });
    const trail = new AuditTrail(file);
    expect(trail.read({ limit: 2 }).map(({ correlation }) => correlation)).toEqual(['request-1', 'request-2']);
    expect(trail.read({ after: 4_500, limit: 10 }).map(({ seq }) => seq)).toEqual([4_501, 4_502, 4_503, 4_504]);
    trail.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is asked by person, subject, time and refusal', () => {
    const trail = new AuditTrail(file);
    for (let n = 1; n <= 100; n++) trail.note(entry(n));
    const count = (question: object) => trail.read({ limit: 1_000, ...question }).length;
    expect(count({ person: 'P-3' })).toBe(11);
    expect(count({ subject: 'key:desk-1' })).toBe(34);
    expect(count({ refused: true })).toBe(25);
    expect(count({ since: entry(90).at })).toBe(11);
    expect(count({ until: entry(11).at, person: 'P-3' })).toBe(1);
    trail.close();
  });

  it.each([
    ['changed', "UPDATE audit SET subject = 'nobody'"],
    ['taken away', 'DELETE FROM audit WHERE seq = 3'],
    [
      'replaced',
      "INSERT OR REPLACE INTO audit SELECT seq, at, 'nobody', action, person, basis, outcome, correlation, hash FROM audit WHERE seq = 3",
    ],
    ['put in between', "INSERT INTO audit VALUES (99, '', '', '', NULL, NULL, '', '', '')"],
  ])('is not %s through the program', (_what, statement) => {
    written(5);
    const database = new Database(file);
    database.pragma('recursive_triggers = ON');
    expect(() => database.exec(statement)).toThrow(/audit trail/);
    database.close();
    expect(checkAudit(file).faults).toEqual([]);
  });

  it.each([
    ['changed', "UPDATE audit SET person = 'P-9' WHERE seq = 4", /row 4 is not as it was written/],
    [
      'changed with its hash',
      "UPDATE audit SET outcome = '200', hash = lower(hex(randomblob(32))) WHERE seq = 4",
      /row 4 is not as it was written/,
    ],
    ['missing', 'DELETE FROM audit WHERE seq = 4', /row 4 is missing/],
    ['missing at the beginning', 'DELETE FROM audit WHERE seq < 3', /rows 1 to 2 are missing/],
    ['missing at the end', 'DELETE FROM audit WHERE seq > 7', /rows 8 to 10 are missing/],
    ['all missing', 'DELETE FROM audit', /rows 1 to 10 are missing/],
  ])('is found out when rows are %s by hand', (_what, statement, told) => {
    written(10);
    tampered(statement);
    expect(checkAudit(file).faults.join('; ')).toMatch(told);
  });

  it('is found out when everything after a change was made anew, by a head noted elsewhere', () => {
    written(10);
    const noted = checkAudit(file).head;
    rmSync(file);
    rmSync(auditHeadFile(file));
    const trail = new AuditTrail(file);
    for (let n = 1; n <= 12; n++) trail.note({ ...entry(n), subject: 'key:somebody-else' });
    trail.close();
    expect(checkAudit(file).faults).toEqual([]);
    expect(checkAudit(file, noted).faults).toEqual(['row 10 is not the one whose hash was noted']);
  });

  it('says when the head beside it is not as it was written', () => {
    written(2);
    expect(readFileSync(auditHeadFile(file), 'utf8')).toMatch(/^2 [0-9a-f]{64}\n$/);
    writeFileSync(auditHeadFile(file), 'nothing');
    expect(checkAudit(file).faults).toHaveLength(1);
  });

  it('keeps rows that cannot be written, says so, and writes them when it can', () => {
    const failures: Error[] = [];
    const trail = new AuditTrail(file, (error) => failures.push(error));
    const other = new Database(file);
    other.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    for (let n = 1; n <= 20_001; n++) trail.note(entry(n));
    expect(trail.flush()).toBe(false);
    expect(failures[0]!.message).toBe('disk full');
    expect(trail.overdue).toBe(true);
    other.exec('DROP TRIGGER full');
    expect(trail.flush()).toBe(true);
    expect(trail.overdue).toBe(false);
    trail.close();
    other.close();
    expect(checkAudit(file)).toMatchObject({ rows: 20_001, faults: [] });
  });
});
