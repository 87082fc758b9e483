import { createHmac } from 'node:crypto';
import { dayOfInstant } from '../calendar';
import { readDocument, type DocumentKind } from './documents';
import type { GivenIdentity, IdentityFault } from './identity';

/** What was given of an identity, as it is kept: brought to one form, and the number with the hash that finds it. */
export interface ReadIdentity {
  name?: string;
  document?: { kind: DocumentKind; number: string; lookup: string };
}

/** Reads what is given of identities, and hashes numbers with the key of this vault. */
export class Lookup {
  constructor(
    private readonly key: Buffer,
    private readonly now: () => string,
  ) {}

  /** What was given in its one form, or what is wrong with it. */
  read({ name, document }: GivenIdentity): ReadIdentity | IdentityFault[] {
    const faults: IdentityFault[] = [];
    const trimmed = name?.normalize('NFKC').trim();
    if (trimmed !== undefined && !NAME_FORM.test(trimmed)) {
      faults.push({
        field: 'name',
        expected: `1 to ${LONGEST_NAME} characters, none of them a control character`,
        zh: `姓名应为1至${LONGEST_NAME}个字符`,
      });
    }
    if (trimmed === undefined && document === undefined) {
      faults.push({ field: 'number', expected: 'a document, a name or both', zh: '应给出证件、姓名或两者' });
    }
    const read = document && readDocument(document.kind, document.number, dayOfInstant(this.now()));
    if (read && !read.ok) faults.push(...read.faults.map((fault) => ({ field: 'number' as const, ...fault })));
    if (faults.length > 0) return faults;
    return {
      name: trimmed,
      document: read?.ok
        ? { kind: read.kind, number: read.number, lookup: this.hashOf(read.kind, read.number) }
        : undefined,
    };
  }

  /** The keyed hash by which a number in its one form is found. */
  hashOf(kind: DocumentKind, number: string): string {
    return createHmac('sha256', this.key)
      .update(`${numberSpace(kind, number)}\n${number}`)
      .digest('base64url');
  }
}

const LONGEST_NAME = 100;
const NAME_FORM = /^[^\p{Cc}\p{Surrogate}]{1,100}$/u;
const CITIZEN_FORM = /^\d{17}[\dX]$/;

/** Numbers by GB 11643 are one space, whatever document shows them; other kinds number by themselves. */
function numberSpace(kind: DocumentKind, number: string): string {
  const citizen = kind === 'identityCard' || kind === 'residencePermit' || kind === 'foreignResidentPermit';
  return citizen && CITIZEN_FORM.test(number) ? 'GB 11643' : kind;
}
