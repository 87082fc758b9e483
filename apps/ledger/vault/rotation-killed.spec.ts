import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVault } from '../../../libs/vault';
import { ledger } from '../testing/ledger-process';

/** The rotation of the master key, killed as a process in the middle of its work. */

const PERSONS = 6_000;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-rotation-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = async () =>
  (
    await openVault(
      { location: join(folder, 'vault.db'), keyFile: join(folder, 'vault.key'), keys: undefined },
      Date.now,
    )
  ).vault;
const keysOfFile = () => readFileSync(join(folder, 'vault.key'), 'utf8').trim().split('\n').length;
const numberOf = (index: number) => `P${String(index).padStart(8, '0')}`;

it('goes on where it was, with the key that it had begun with, and loses nobody', async () => {
  const vault = await open();
  const rows = Array.from({ length: PERSONS }, (_, index) => ({
    kind: 'passport' as const,
    number: numberOf(index),
  }));
  const made = await vault.personsFor(rows);
  const persons = made.map((one) => (one.ok ? one.person : ''));
  const erased = persons[7]!;
  await vault.close();

  const register = join(__dirname, '..', 'testing', 'register-typescript.cjs');
  const program = join(__dirname, '..', 'main.ts');
  const child = spawn(process.execPath, ['-r', register, program, 'vault', 'rotate', '--store', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)));
  // Each batch that is done is told.
  await new Promise((resolve) => child.stderr.once('data', resolve));
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');

  const between = await open();
  expect(keysOfFile()).toBe(2);
  const halfway = await between.check();
  expect(Object.keys(halfway.keys)).toHaveLength(2);
  expect(halfway).toMatchObject({ persons: PERSONS, documents: PERSONS, unreadable: [], unfindable: [] });
  expect(await between.isRotating()).toBe(true);
  // Whoever is read, kept or erased meanwhile has the key he has.
  expect(await between.find({ kind: 'passport', number: numberOf(PERSONS - 1) })).toEqual({
    person: persons.at(-1),
  });
  await between.erase(erased, { legalBasis: 'test' });
  await between.close();

  const again = ledger(['vault', 'rotate', '--store', folder, '--json']);
  expect(again.status).toBe(0);
  const { rewrapped } = JSON.parse(again.out) as { rewrapped: number };
  expect(rewrapped).toBeGreaterThan(0);
  expect(rewrapped).toBeLessThan(PERSONS);
  expect(keysOfFile()).toBe(2);
  const after = await open();
  const whole = await after.check();
  expect(Object.values(whole.keys)).toEqual([PERSONS - 1]);
  expect(whole).toMatchObject({ documents: PERSONS - 1, erased: 1, unreadable: [], unfindable: [] });
  expect((await after.read(erased)).outcome).toBe('erased');
  expect(await after.isRotating()).toBe(false);
  await after.close();
}, 120_000);
