import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, type EventStore } from '../../event-store';
import { Sealer, verifierOf } from '../../evidence';
import { openLedger, type Ledger } from '../../ledger';
import { loadPoliciesOrThrow } from '../../policy';
import { Disputes, checkPacket, packetText, speechOf, statementPage, timelinePage, type Packet } from '..';

const policies = loadPoliciesOrThrow(join(__dirname, '..', '..', '..', 'policies'));
const engine = { name: 'enrollment-ledger', version: '0.1.0' };
const REGION = '211200';
const then = { validOn: '2022-10-20', knownAt: '2022-10-31', as: 'decidedThen' } as const;

let folder: string;
let store: EventStore;
let ledger: Ledger;
let disputes: Disputes;
let sealer: Sealer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packet-'));
  store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  const clock = () => Date.parse('2025-01-10T01:00:00Z');
  ledger = openLedger({ store, policies, clock });
  disputes = new Disputes({ ledger, policies });
  sealer = Sealer.open({ file: join(folder, 'evidence.sqlite'), keyFile: join(folder, 'key.pem'), name: 'court-log' });
  await record('person-P2', paid('2022-04', '2022-04-05'), paid('2022-05', '2022-05-05'));
  await record(
    'person-P1',
    paid('2022-04', '2022-04-05'),
    paid('2022-10', '2022-10-12', '2022-10-12', { employerId: '91350100M000100Y43' }),
    paid('2022-07', '2022-07-06', '2022-12-01'),
  );
  await record(`region-${REGION}`, {
    type: 'RulingRecorded',
    effectiveOn: '2022-01-01',
    data: { reading: 'A-01', choice: 'B', authority: 'bureau' },
    ...migrated('2024-05-01'),
  });
});
afterEach(async () => {
  sealer.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const migrated = (day: string) => ({ recordedAt: `${day}T09:00:00.000+08:00`, metadata: { migratedFrom: 'old' } });
const paid = (month: string, on: string, known = on, more: object = {}) => ({
  type: 'Paid',
  effectiveOn: on,
  data: { scheme: 'employee', region: REGION, kind: 'regular', feeMonths: { from: month, through: month }, ...more },
  ...migrated(known),
});
async function record(stream: string, ...inputs: object[]) {
  const outcome = await ledger.record(stream, inputs);
  if (outcome.outcome !== 'recorded') throw new Error(JSON.stringify(outcome));
}
const source = () => ({ reader: store, sealer, engine });
const packetOf = async (): Promise<Packet> => (await disputes.packet('P1', then, { validOn: '2022-10-20' }, source()))!;
const places = (text: string) => checkPacket(text, engine).findings.map(({ where }) => where);

describe('a sealed packet', () => {
  it('is checked with no store: proofs, packs, and both answers asked again', async () => {
    const text = packetText(await packetOf());
    const verdict = checkPacket(text, engine, verifierOf(sealer.vkey));
    expect(verdict).toMatchObject({
      intact: true,
      findings: [],
      person: 'P1',
      basis: 'validOn=2022-10-20,knownAt=2022-10-31,as=decidedThen',
      against: 'validOn=2022-10-20,knownAt=2025-01-10T09:00:00.000+08:00',
      events: 4,
      sealed: { size: 6, signedAt: '2025-01-10T09:00:00.000+08:00' },
      engine: { sameAsHere: true },
      answeredAlike: true,
    });
    expect(verdict.packs).toBeGreaterThan(0);
    const { content } = JSON.parse(text) as Packet;
    expect(content.answer.benefit.status).toBe('waiting');
    expect(content.against!.answer.benefit.status).toBe('covered');
    expect(content.against!.difference.causes.map(({ kind }) => kind)).toContain('lateFact');
    expect(content.answer).toEqual(await disputes.answerAt('P1', then));
  });

  it('made twice at one moment is the same, byte for byte', async () => {
    expect(packetText(await packetOf())).toBe(packetText(await packetOf()));
  });

  it('holds nobody else’s events, and an employer’s only where an answer rests on them', async () => {
    await record('employer-91350100M000100Y43', {
      type: 'PayrollDeclared',
      effectiveOn: '2022-10-01',
      data: {
        cycle: { from: '2022-07', through: '2023-06' },
        totalMonthlyFen: 900_000,
        staff: [{ person: 'P2', baseFen: 900_000 }],
      },
      ...migrated('2022-10-01'),
    });
    const { content } = await packetOf();
    const streams = new Set(content.events.map(({ stream }) => stream));
    expect(streams.has('person-P2')).toBe(false);
    expect(checkPacket(packetText(await packetOf()), engine).intact).toBe(true);
  });

  it('of somebody merged holds what either id has, and gives the same answer under both', async () => {
    await record('person-P1', {
      type: 'Merged',
      effectiveOn: '2024-01-01',
      data: { otherPersonId: 'P2', reason: 'entered twice' },
      ...migrated('2024-01-02'),
    });
    const made = await Promise.all(
      ['P1', 'P2'].map((id) => disputes.packet(id, { validOn: '2022-10-20' }, undefined, source())),
    );
    for (const packet of made) {
      const streams = new Set(packet!.content.events.map(({ stream }) => stream));
      expect([...streams]).toEqual(expect.arrayContaining(['person-P1', 'person-P2']));
      expect(checkPacket(packetText(packet!), engine, verifierOf(sealer.vkey))).toMatchObject({
        intact: true,
        answeredAlike: true,
      });
      expect(packet!.content.answer.contribution).toEqual(made[0]!.content.answer.contribution);
      const page = statementPage(packet!);
      for (const { id } of packet!.content.events) expect(page).toContain(id);
      const { reasons } = /<ol class="reasons">(?<reasons>[^]*?)<\/ol>/.exec(page)!.groups!;
      expect(reasons).toContain('铁岭市（211200）');
      expect(reasons).not.toMatch(/(?<!（)211200/);
    }
  });

  it('says of a person on its pages nothing but his id', async () => {
    const identified = { sex: 'female', birthDate: '1979-03-08', retirementCategory: 'female55', identity: 'vault-77' };
    await record('person-P1', { type: 'Identified', effectiveOn: '2010-01-01', data: identified });
    await record('person-P1', {
      type: 'Corrected',
      effectiveOn: '2025-01-10',
      data: {
        target: (await ledger.personEvents('P1')).at(-1)!.id,
        data: { birthDate: '1979-03-09' },
        reason: 'misread',
      },
    });
    const packet = (await disputes.packet('P1', { validOn: '2022-10-20' }, undefined, source()))!;
    const timeline = (await disputes.timeline('P1', { validOn: '2022-10-20' }))!;
    const handed = [
      statementPage(packet),
      statementPage(packet, 'en'),
      timelinePage(timeline, speechOf(policies.packs, 'zh')),
      timelinePage(timeline, speechOf(policies.packs, 'en')),
      JSON.stringify(timeline),
    ];
    for (const text of handed) expect(text).not.toMatch(/1979-03-0|vault-77|birthDate|出生日期：|female/);
    expect(checkPacket(packetText(packet), engine)).toMatchObject({ intact: true });
  });

  it('of somebody unknown is none', async () => {
    expect(await disputes.packet('nobody', then, undefined, source())).toBeUndefined();
  });

  it('sealed by another key is found where the genuine one is known', async () => {
    const other = Sealer.open({
      file: join(folder, 'other.sqlite'),
      keyFile: join(folder, 'other.pem'),
      name: 'court-log',
    });
    const forged = (await disputes.packet('P1', then, undefined, { reader: store, sealer: other, engine }))!;
    other.close();
    const text = packetText(forged);
    expect(checkPacket(text, engine).intact).toBe(true);
    expect(checkPacket(text, engine, verifierOf(sealer.vkey)).findings.map(({ where }) => where)).toEqual(
      expect.arrayContaining(['key', 'seal', 'checkpoint']),
    );
  });
});

describe('what was changed in a packet is found and named', () => {
  const changed = (packet: Packet, change: (copy: Packet) => void) => {
    const copy = JSON.parse(packetText(packet)) as Packet;
    change(copy);
    return packetText(copy);
  };

  it.each<[string, (copy: Packet) => void, RegExp[]]>([
    ['the answer', ({ content }) => void (content.answer.benefit.status = 'covered'), [/^answer$/]],
    ['a fact', ({ content }) => void (content.events[0]!.data['kind'] = 'back'), [/^event /]],
    ['a fact left out', ({ content }) => void content.events.splice(1, 1), [/^event /, /^events$/]],
    ['the last fact left out', ({ content }) => void content.events.pop(), [/^event /, /^events$/]],
    ['two facts in each other’s place', ({ content: { events } }) => void events.push(events.shift()!), [/^event/]],
    ['a fact given to another', ({ content }) => void (content.events[0]!.stream = 'person-P9'), [/^event /]],
    ['a pack', ({ content }) => void (content.packs[0]!.effectiveFrom = '2000-01-01'), [/^pack /]],
    [
      'a pack replaced with its hash',
      ({ content }) => void (content.packs[0] = { ...content.packs[0]!, sha256: '0'.repeat(64) }),
      [/^pack /],
    ],
    [
      'the question',
      ({ content }) => void (content.question.basis = 'validOn=2022-10-20,knownAt=2023-10-31'),
      [/^question$/, /^answer$/],
    ],
    ['the difference', ({ content }) => void content.against!.difference.causes.pop(), [/^against$/]],
    [
      'the checkpoint',
      ({ content }) => void (content.checkpoint = content.checkpoint.replace('\n6\n', '\n7\n')),
      [/^checkpoint$/],
    ],
    ['a proof', ({ content }) => void (content.events[0]!.proof[0] = content.events[1]!.proof[1]!), [/^event /]],
    ['the engine', ({ content }) => void (content.engine.version = '0.0.9'), [/^engine$/]],
    ['something put in', ({ content }) => void Object.assign(content, { note: 'x' }), [/^note$/]],
    ['the seal', (copy) => void (copy.seal = copy.seal.replace('sm3', 'sm4')), [/^seal$/]],
    ['something beside', (copy) => void Object.assign(copy, { extra: 1 }), [/^file$/]],
  ])('%s', async (_, change, expected) => {
    const found = places(changed(await packetOf(), change));
    for (const where of expected) expect(found).toContainEqual(expect.stringMatching(where));
  });

  it('two persons’ packets mixed', async () => {
    const other = (await disputes.packet('P2', then, undefined, source()))!;
    const text = changed(await packetOf(), ({ content }) => void (content.events = other.content.events));
    expect(places(text)).toEqual(expect.arrayContaining(['events', 'answer']));
  });

  it('any part of another packet in the place of its own', async () => {
    const own = await packetOf();
    const text = packetText(own);
    await record('person-P1', paid('2022-11', '2022-11-06', '2023-01-05'));
    const others = [
      (await disputes.packet('P2', then, { validOn: '2022-10-20' }, source()))!,
      (await disputes.packet('P1', { validOn: '2022-11-20' }, { validOn: '2022-10-21' }, source()))!,
    ].map((other) => JSON.parse(packetText(other)) as Packet);
    for (const other of others) {
      for (const name of Object.keys(other.content) as (keyof Packet['content'])[]) {
        const copy = JSON.parse(text) as Packet;
        if (JSON.stringify(copy.content[name]) === JSON.stringify(other.content[name])) continue;
        Object.assign(copy.content, { [name]: other.content[name] });
        expect(`${name}: ${places(packetText(copy)).length > 0 ? 'found' : 'passed'}`).toBe(`${name}: found`);
      }
      expect(places(changed(own, (copy) => void (copy.seal = other.seal)))).toContain('question');
      const both = changed(own, (copy) =>
        Object.assign(copy, { seal: other.seal, content: { ...other.content, answer: copy.content.answer } }),
      );
      expect(places(both)).toContain('answer');
    }
    const [event, ...rest] = others[0]!.content.events;
    expect(rest.length).toBeGreaterThan(0);
    expect(places(changed(own, ({ content }) => void (content.events[0] = event!)))).toEqual(
      expect.arrayContaining([`event ${event!.id}`]),
    );
  });

  it('any one byte, wherever it stands', async () => {
    const text = packetText(await packetOf());
    const at = fc.oneof(
      fc.integer({ min: 0, max: text.length - 1 }),
      fc.integer({ min: text.indexOf('"checkpoint"'), max: text.indexOf('"engine"') }),
      fc.integer({ min: text.indexOf('"seal"'), max: text.length - 1 }),
    );
    fc.assert(
      fc.property(at, fc.constantFrom('A', 'b', '0', ' ', '"', ',', '\n', '=', '甲', ''), (place, other) => {
        fc.pre(text[place] !== other);
        const verdict = checkPacket(text.slice(0, place) + other + text.slice(place + 1), engine);
        expect(verdict.intact).toBe(false);
        expect(verdict.findings.every(({ where, zh, en }) => where !== '' && zh !== '' && en !== '')).toBe(true);
      }),
      { numRuns: 250 },
    );
  });

  // Every byte takes minutes: PACKET_BYTES=all npx jest libs/disputes/packet
  if (process.env['PACKET_BYTES'] === 'all') {
    it('every single byte, raised, lowered and left out', async () => {
      const bytes = Buffer.from(packetText(await packetOf()));
      for (let at = 0; at < bytes.length; at++) {
        for (const by of [1, -1, undefined]) {
          const copy =
            by === undefined ? Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]) : Buffer.from(bytes);
          if (by !== undefined) copy[at] = (copy[at]! + by) & 0xff;
          const text = copy.toString('utf8');
          if (checkPacket(text, engine).intact)
            throw new Error(`byte ${at} ${by ?? 'left out'}: ${text.slice(at - 40, at + 40)}`);
        }
      }
    }, 3_600_000);
  }

  it('what is no packet at all is said to be none', () => {
    for (const text of [
      '',
      '{}',
      'null',
      '[]',
      '{"format":"enrollment-ledger-packet/1"}',
      '{"format":"enrollment-ledger-packet/1","content":{},"seal":""}',
    ]) {
      expect(checkPacket(text, engine).intact).toBe(false);
    }
  });
});
