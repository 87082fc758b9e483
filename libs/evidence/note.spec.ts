import { readCheckpoint, signCheckpoint, verifiedCheckpoint } from './checkpoint';
import { treeHasher } from './hashing';
import { signerOf, textOfNote, verifierOf } from './note';
import { newSigningKey } from './signature-schemes';
import { canonicalJson, eventText } from './canonical';
import type { StoredEvent } from '../event-store';

describe('a signed note', () => {
  it('is the one that other programs write', () => {
    // The example of golang.org/x/mod/sumdb/note.
    const verifier = verifierOf('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const note =
      'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replace(
        '’',
        "'",
      ) +
      '\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
    expect(verifier.vouchesFor(note)).toBe(true);
    expect(textOfNote(note)).toMatch(/^If you think[^]*problem is\.\n$/);
  });

  it('is refused with any one character changed', () => {
    const signer = signerOf('log.example', newSigningKey());
    const note = signer.signed('log.example/sm3\n5\n');
    const verifier = verifierOf(signer.verifier.vkey);
    expect(verifier.vouchesFor(note)).toBe(true);
    for (let at = 0; at < note.length; at++) {
      const other = note[at] === 'A' ? 'B' : 'A';
      expect(verifier.vouchesFor(note.slice(0, at) + other + note.slice(at + 1))).toBe(false);
      expect(verifier.vouchesFor(note.slice(0, at) + note.slice(at + 1))).toBe(false);
    }
    expect(verifierOf(signerOf('log.example', newSigningKey()).verifier.vkey).vouchesFor(note)).toBe(false);
  });

  it('a key text with a changed character is no key, or another’s', () => {
    const { vkey } = signerOf('log.example', newSigningKey()).verifier;
    for (let at = 0; at < vkey.length; at++) {
      const changed = vkey.slice(0, at) + (vkey[at] === 'b' ? 'c' : 'b') + vkey.slice(at + 1);
      expect(() => verifierOf(changed)).toThrow(/key/);
    }
    expect(() => signerOf('a name', newSigningKey())).toThrow(/no blank/);
    expect(() => signerOf('log', 'no key')).toThrow();
  });
});

describe('a checkpoint', () => {
  const hasher = treeHasher('sm3');
  const signer = signerOf('log.example', newSigningKey());
  const checkpoint = {
    origin: 'log.example/sm3',
    size: 5,
    root: hasher.leaf('x'),
    position: 9n,
    signedAt: '2025-01-10T09:00:00.000+08:00',
  };

  it('is read back, and believed only when signed', () => {
    const note = signCheckpoint(checkpoint, signer);
    expect(verifiedCheckpoint(note, signer.verifier)).toEqual(checkpoint);
    const forged = note.replace('\n5\n', '\n6\n');
    expect(readCheckpoint(forged)).toEqual({ ...checkpoint, size: 6 });
    expect(verifiedCheckpoint(forged, signer.verifier)).toBeUndefined();
    expect(readCheckpoint('nothing')).toBeUndefined();
    expect(readCheckpoint(signer.signed('log.example/sm3\n5\nshort\nposition 9\nsigned 2025\n'))).toBeUndefined();
  });
});

describe('the canonical text of an event', () => {
  const event = (data: object): StoredEvent =>
    ({
      id: '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e',
      type: 'Paid',
      stream: 'person-P1',
      revision: 3,
      position: 12n,
      recordedAt: '2025-01-10T09:00:00.000+08:00',
      data,
      metadata: { z: 1, a: [true, null, 'é"\\\n甲'] },
    }) as StoredEvent;

  it('does not depend on the order of keys, and has every part in order', () => {
    expect(eventText(event({ b: 1, a: { d: 2, c: [{ y: 1, x: 2 }] } }))).toBe(
      eventText(event({ a: { c: [{ x: 2, y: 1 }], d: 2 }, b: 1 })),
    );
    expect(eventText(event({ b: 1, a: 2 }))).toBe(canonicalJson({ ...event({ a: 2, b: 1 }), position: '12' }));
  });

  it('has keys in code-unit order also where an object cannot hold them so, and loses none', () => {
    const odd = JSON.parse('{"9":1,"10":2,"b":{"__proto__":{"x":1},"a":1}}') as object;
    expect(eventText(event(odd))).toContain('"data":{"10":2,"9":1,"b":{"__proto__":{"x":1},"a":1}}');
    expect(eventText(event(odd))).toBe(canonicalJson({ ...event(odd), position: '12' }));
  });
});
