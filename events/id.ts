import type { LedgerEvent } from './registry';

/** The ledger's own name space for ids made from keys (RFC 9562, version 5). Never changes: the same key must give the same id forever. */
const NAMESPACE = [0x5e, 0x1c, 0x0d, 0x9a, 0x3b, 0x62, 0x4f, 0x07, 0x9c, 0x41, 0x2a, 0x8e, 0x70, 0xd3, 0x16, 0xb5];

const utf8 = new TextEncoder();

const HEX = '0123456789abcdef';

/** The SHA-1 of a message as 40 hexadecimal digits. */
export type Sha1 = (message: Uint8Array) => string;

/**
 * A UUID (version 5) made from a key, such as an idempotency key or a source's row number: the same key, the same id.
 * Whoever makes many brings a faster SHA-1 than the one that pure folders can have.
 */
export function deterministicId(key: string, sha1: Sha1 = pureSha1): string {
  const hex = sha1(messageOf(key));
  const variant = '89ab'[HEX.indexOf(hex[16]!) & 0x3]!;
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  // Joined it is one piece; put together from nine, each would be held as long as the id.
  return groups.join('-');
}

/** The name space and the key in bytes, good until the next call: importing millions of rows, a buffer for each is what costs. */
function messageOf(key: string): Uint8Array {
  const longest = NAMESPACE.length + 3 * key.length;
  if (scratch.length < longest) {
    scratch = new Uint8Array(2 * longest);
    scratch.set(NAMESPACE);
    body = scratch.subarray(NAMESPACE.length);
    views = [];
  }
  const { written } = utf8.encodeInto(key, body);
  const message = views[written] ?? scratch.subarray(0, NAMESPACE.length + written);
  if (written < KEPT_VIEWS) views[written] = message;
  return message;
}

let scratch = new Uint8Array(0);
let body = scratch;
/** The beginnings of it by the length of a key: lengths come again, and making one takes as long as encoding a key. */
let views: (Uint8Array | undefined)[] = [];
const KEPT_VIEWS = 1_000;

/** What makes an event this one and no other, as a key for `deterministicId` where its source numbers nothing. Two facts alike in everything share it. */
export function contentKey(event: Omit<LedgerEvent, 'id'>): string {
  return JSON.stringify([event.stream, event.type, event.effectiveOn, event.data]);
}

/** SHA-1 (FIPS 180-4), here because pure folders reach for no machine. For names, not for secrets. */
function pureSha1(message: Uint8Array): string {
  const blocks = (message.length + 9 + 63) >> 6;
  const words = new Int32Array(blocks * 16);
  for (let i = 0; i < message.length; i++) words[i >> 2]! |= message[i]! << (24 - (i & 3) * 8);
  words[message.length >> 2]! |= 0x80 << (24 - (message.length & 3) * 8);
  words[words.length - 2] = Math.floor(message.length / 0x20000000);
  words[words.length - 1] = message.length << 3;

  let [h0, h1, h2, h3, h4] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  const w = new Int32Array(80);
  for (let block = 0; block < words.length; block += 16) {
    let a = h0;
    let b = h1;
    let c = h2;
    let d = h3;
    let e = h4;
    for (let t = 0; t < 80; t++) {
      w[t] = t < 16 ? words[block + t]! : rotated(w[t - 3]! ^ w[t - 8]! ^ w[t - 14]! ^ w[t - 16]!, 1);
      const mixed =
        t < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : t < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : t < 60
              ? ((b & c) | (b & d) | (c & d)) - 0x70e44324
              : (b ^ c ^ d) - 0x359d3e2a;
      const next = (rotated(a, 5) + mixed + e + w[t]!) | 0;
      e = d;
      d = c;
      c = rotated(b, 30);
      b = a;
      a = next;
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
  }
  return [h0, h1, h2, h3, h4].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
