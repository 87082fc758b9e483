import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deterministicId, fromStored, parseEvent, registry, toStored, type EventType, type LedgerEvent } from '.';

const folder = join(__dirname, 'samples');
const sample = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const fingerprint = (name: string) => deterministicId(JSON.stringify(sample(name)));

const kept = sample('kept.json') as Record<string, string>;
const names = readdirSync(folder).filter((name) => name !== 'kept.json');
const types = Object.keys(registry) as EventType[];

describe('stored samples', () => {
  it('stand for every version of every type', () => {
    const wanted = types.flatMap((type) =>
      Array.from({ length: registry[type].version }, (_, before) => `${type}.v${before + 1}.json`),
    );
    expect([...names].sort()).toEqual(wanted.sort());
  });

  it('never vanish and never change', () => {
    expect(Object.fromEntries(names.map((name) => [name, fingerprint(name)]))).toEqual(kept);
  });

  it.each(names)('%s still loads', (name) => {
    const parsed = parseEvent(sample(name));
    expect(parsed).toEqual({ ok: true, event: expect.anything() });
    const { event } = parsed as { event: LedgerEvent };

    const stored = JSON.parse(JSON.stringify(toStored(event))) as ReturnType<typeof toStored>;
    const read = fromStored({ ...stored, stream: event.stream, revision: 3, position: 7n });
    expect(read).toEqual({
      ...event,
      revision: 3,
      position: 7n,
      metadata: { ...event.metadata, effectiveOn: event.effectiveOn },
    });
    expect(parseEvent({ ...read, data: JSON.parse(JSON.stringify(read.data)) })).toEqual({
      ok: true,
      event: { ...event, revision: 3, position: 7n },
    });
  });
});
