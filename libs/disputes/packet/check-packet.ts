import type { StoredEvent } from '../../event-store';
import {
  canonicalJson,
  digestOf,
  eventText,
  algorithmOf,
  hashFromBase64,
  isIncluded,
  textOfNote,
  treeHasher,
  verifiedCheckpoint,
  verifierOf,
  type Checkpoint,
  type HashAlgorithm,
  type Verifier,
} from '../../evidence';
import { Policies, type Pack } from '../../policy/evaluation';
import { personStream } from '../../../events';
import { parseBasis } from '../basis';
import { PACKET_FORMAT, sectionsOf, type Packet, type PacketContent, type SealedEvent } from './format';
import { differenceOf, said } from './seal-packet';
import { createHash } from 'node:crypto';

/** Something in a packet that does not hold, and where. */
export interface PacketFinding {
  /** The section, such as `answer` or `event <id>`; `file` for the file as a whole. */
  where: string;
  zh: string;
  en: string;
}

/** What the check of a packet found. */
export interface PacketVerdict {
  intact: boolean;
  findings: PacketFinding[];
  /** The key that signed, as far as it could be read; compare it with the one that the agency has published. */
  key?: string;
  /** The checkpoint: how much of the log it vouches for, and when it was signed. */
  sealed?: { size: number; signedAt: string };
  engine?: { name: string; version: string; sameAsHere: boolean };
  person?: string;
  basis?: string;
  against?: string;
  events: number;
  packs: number;
  /** Whether asking again from the enclosed facts and packs gave the enclosed answer and difference. */
  answeredAlike?: boolean;
}

/**
 * Checks a packet with nothing but its own text: the form, the seal, the proofs, the packs, and the answer by asking it again.
 * `trusted` is the log's public key as the agency has published it; without it the packet's own is used, and whoever makes a
 * false packet has a key of his own too.
 */
export function checkPacket(text: string, here: { name: string; version: string }, trusted?: Verifier): PacketVerdict {
  const verdict: PacketVerdict = { intact: false, findings: [], events: 0, packs: 0 };
  const found = (where: string, zh: string, en: string) => verdict.findings.push({ where, zh, en });
  const packet = readPacket(text, found);
  if (packet) {
    try {
      check(packet, here, trusted, verdict, found);
    } catch (error) {
      found('file', `无法读完：${(error as Error).message}`, `cannot be read to the end: ${(error as Error).message}`);
    }
  }
  verdict.intact = verdict.findings.length === 0;
  return verdict;
}

type Found = (where: string, zh: string, en: string) => void;

function readPacket(text: string, found: Found): Packet | undefined {
  let packet: Packet;
  try {
    packet = JSON.parse(text) as Packet;
  } catch (error) {
    found('file', `不是 JSON：${(error as Error).message}`, `not JSON: ${(error as Error).message}`);
    return undefined;
  }
  if (
    typeof packet !== 'object' ||
    packet === null ||
    packet.format !== PACKET_FORMAT ||
    typeof packet.content !== 'object' ||
    typeof packet.seal !== 'string'
  ) {
    found(
      'file',
      `不是卷宗：应以 ${PACKET_FORMAT} 为格式`,
      `not a packet: expected the format ${PACKET_FORMAT}, content and seal`,
    );
    return undefined;
  }
  const written = `${canonicalJson(packet)}\n`;
  if (written !== text) {
    const at = firstDifference(written, text);
    found(
      'file',
      `第 ${at} 个字符处与规范写法不同，文件被改动过`,
      `differs from the one way of writing it at character ${at}: the file was changed`,
    );
  }
  const names = Object.keys(packet).sort().join();
  if (names !== 'content,format,seal')
    found('file', `多出的内容：${names}`, `members beside content, format and seal: ${names}`);
  return packet;
}

function check(
  packet: Packet,
  here: { name: string; version: string },
  trusted: Verifier | undefined,
  verdict: PacketVerdict,
  found: Found,
): void {
  const { content, seal } = packet;
  const verifier = keyOf(content, trusted, found);
  verdict.key = content.key;
  verdict.events = content.events.length;
  verdict.packs = content.packs.length;
  verdict.person = content.question.person;
  verdict.basis = content.question.basis;
  if (content.against) verdict.against = content.against.question.basis;
  const { name, version } = content.engine;
  verdict.engine = { name, version, sameAsHere: name === here.name && version === here.version };

  checkSeal(content, seal, verifier, found);
  const checkpoint = verifier && verifiedCheckpoint(content.checkpoint, verifier);
  if (!checkpoint) found('checkpoint', '检查点没有有效签名', 'the checkpoint carries no valid signature');
  else {
    verdict.sealed = { size: checkpoint.size, signedAt: checkpoint.signedAt };
    checkEvents(content.events, checkpoint, found);
  }
  checkStreams(content.events, found);
  for (const pack of content.packs) checkPack(pack, found);
  verdict.answeredAlike = askAgain(content, found);
}

function keyOf({ key }: PacketContent, trusted: Verifier | undefined, found: Found): Verifier | undefined {
  let own: Verifier | undefined;
  try {
    own = verifierOf(key);
  } catch (error) {
    found('key', `公钥无法读取：${(error as Error).message}`, (error as Error).message);
  }
  if (trusted && own && own.vkey !== trusted.vkey) {
    found(
      'key',
      `签名公钥 ${own.vkey} 不是所信任的 ${trusted.vkey}`,
      `signed with ${own.vkey}, not with the trusted ${trusted.vkey}`,
    );
  }
  return trusted ?? own;
}

/** The signature over the digests, then each digest: so what was changed is named. */
function checkSeal(content: PacketContent, seal: string, verifier: Verifier | undefined, found: Found): void {
  if (!verifier?.vouchesFor(seal)) found('seal', '封签没有有效签名', 'the seal carries no valid signature');
  const text = textOfNote(seal);
  const [format, algorithm, ...lines] = (text ?? '').split('\n').slice(0, -1);
  if (format !== PACKET_FORMAT || (algorithm !== 'sm3' && algorithm !== 'sha256')) {
    found('seal', '封签内容不合格式', 'the seal does not have the form of one');
    return;
  }
  const sealed = new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
  for (const { name, value } of sectionsOf(content)) {
    const digest = sealed.get(name);
    sealed.delete(name);
    if (digest === undefined)
      found(name, '封签中没有这一部分：是后来加入的', 'is not named in the seal: it was put in');
    else if (digest !== digestOf(algorithm, canonicalJson(value)))
      found(name, '内容与封签不符：被改动过', 'is not what was sealed: it was changed');
  }
  for (const name of sealed.keys())
    found(name, '封签中有而卷宗中没有：被抽走了', 'is named in the seal and missing: it was taken out');
}

function checkEvents(events: readonly SealedEvent[], { origin, size, root }: Checkpoint, found: Found): void {
  const algorithm = algorithmOf(origin) as HashAlgorithm;
  const hasher = treeHasher(algorithm);
  for (const event of events) {
    const proof = event.proof.map(hashFromBase64);
    const hash = hasher.leaf(eventText(storedOf(event)));
    const holds =
      proof.every((step) => step !== undefined) &&
      isIncluded(hasher, { leaf: event.leaf, size, hash, proof: proof, root });
    if (!holds) {
      found(
        `event ${event.id}`,
        '检查点不能证明此事件在日志中是这样',
        'is not proved to stand in the log as it stands here',
      );
    }
  }
}

/** Every stream from its first event, none left out; two events never share a place. */
function checkStreams(events: readonly SealedEvent[], found: Found): void {
  const next = new Map<string, number>();
  const places = new Map<string, string>();
  let last = -1n;
  for (const { id, stream, revision, position } of events) {
    const expected = next.get(stream) ?? 0;
    if (revision !== expected) {
      found(
        `event ${id}`,
        `${stream} 中应为第 ${expected} 号，实为第 ${revision} 号：中间有事件被抽走`,
        `is revision ${revision} of ${stream} where ${expected} should follow: events between were left out`,
      );
    }
    next.set(stream, revision + 1);
    if (BigInt(position) <= last) found(`event ${id}`, '事件次序有误', 'is out of the order of the log');
    last = BigInt(position);
    if (places.has(id)) found(`event ${id}`, '事件重复', 'is enclosed twice');
    places.set(id, stream);
  }
}

/** A pack's own seal: SHA-256 over its content. */
function checkPack(pack: Pack, found: Found): void {
  const { sha256, ...content } = pack;
  if (createHash('sha256').update(canonicalJson(content)).digest('hex') !== sha256) {
    found(
      `pack ${pack.id} ${pack.version}`,
      '政策包内容与其散列不符：被替换或改动',
      'is not the content that its hash names: it was replaced or changed',
    );
  }
}

function askAgain({ question, answer, against, events, packs, madeAt }: PacketContent, found: Found): boolean {
  const stored = new Map<string, StoredEvent[]>();
  for (const event of events) stored.set(event.stream, [...(stored.get(event.stream) ?? []), storedOf(event)]);
  if (!stored.has(personStream(question.person))) {
    found('answer', '所附事件中没有此人的，无法重算', 'cannot be asked again: no event of the person is enclosed');
    return false;
  }
  const again = said(
    question.person,
    stored,
    parseBasis(question.basis),
    against && parseBasis(against.question.basis),
    madeAt,
    new Policies(packs),
  );
  let alike = true;
  const compare = (where: string, enclosed: unknown, now: unknown, zh: string, en: string) => {
    if (canonicalJson(enclosed) === canonicalJson(JSON.parse(canonicalJson(now)))) return;
    alike = false;
    found(where, zh, en);
  };
  compare(
    'answer',
    answer,
    again.answer,
    '用所附事实和政策包重算，结果与所附不同',
    'asked again from the enclosed facts and packs, it comes out otherwise',
  );
  if (against) {
    compare(
      'against',
      against.answer,
      again.other!.to,
      '对照口径重算，结果与所附不同',
      'the other answer comes out otherwise',
    );
    compare(
      'against',
      against.difference,
      differenceOf(again.other!),
      '差异重算，结果与所附不同',
      'the difference comes out otherwise',
    );
  }
  return alike;
}

function storedOf({ id, type, stream, revision, position, recordedAt, data, metadata }: SealedEvent): StoredEvent {
  return { id, type, stream, revision, position: BigInt(position), recordedAt, data, metadata };
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
