import {
  describeNumberFault,
  documentKindOf,
  documentKindWords,
  type DocumentKind,
  type GivenDocument,
  type IdentityFault,
} from '../../../libs/vault';
import { invalidInput, type InputFault } from '../http/problem';

/**
 * Bodies that may hold numbers and names. They are read by hand, since a fault of a plain body repeats its value, and of these
 * nothing is ever repeated.
 */

/** What is to be kept of somebody. */
export interface AttachBody {
  name?: string;
  document?: GivenDocument;
}

/** Reads `{kind, number}`, `{name}` or all three. Throws with every fault. */
export function readAttachBody(body: unknown): AttachBody {
  const fields = fieldsOf(body, ['kind', 'number', 'name']);
  const faults: InputFault[] = [];
  const name = text(fields, 'name', faults);
  const document =
    fields['kind'] === undefined && fields['number'] === undefined ? undefined : documentOf(fields, faults);
  if (name === undefined && document === undefined && faults.length === 0) {
    faults.push(hidden('body', 'a document as kind and number, a name, or both'));
  }
  if (faults.length > 0) throw invalidInput(faults);
  return { ...(name === undefined ? {} : { name }), ...(document === undefined ? {} : { document }) };
}

/** Reads `{kind, number}`, and what else the route takes. Throws with every fault. */
export function readDocumentBody(body: unknown): GivenDocument {
  const fields = fieldsOf(body, ['kind', 'number']);
  const faults: InputFault[] = [];
  const document = documentOf(fields, faults);
  if (document === undefined) throw invalidInput(faults);
  return document;
}

/** Reads `{kind, number, name?}` of somebody who may be new. Throws with every fault. */
export function readPersonBody(body: unknown): GivenDocument & { name?: string } {
  const { document, name } = readAttachBody(body);
  if (document === undefined) throw invalidInput([hidden('kind', KIND), hidden('number', NUMBER)]);
  return { ...document, ...(name === undefined ? {} : { name }) };
}

/** What is wrong with a number or name, by the field of the body. */
export function refusedIdentity(faults: readonly IdentityFault[]): Error {
  return invalidInput(faults.map((fault) => hidden(fault.field, describeNumberFault(fault).replace(/^expected /, ''))));
}

const KIND = `a kind of document (${documentKindWords.join(', ')}) or its national code such as 01`;
const NUMBER = 'the number of the document, as a text';
const LONGEST = 200;

function documentOf(fields: Fields, faults: InputFault[]): { kind: DocumentKind; number: string } | undefined {
  const written = text(fields, 'kind', faults, KIND);
  const kind = written === undefined ? undefined : documentKindOf(written);
  const number = text(fields, 'number', faults, NUMBER);
  if (fields['kind'] === undefined || (written !== undefined && kind === undefined)) faults.push(hidden('kind', KIND));
  if (fields['number'] === undefined) faults.push(hidden('number', NUMBER));
  return kind === undefined || number === undefined ? undefined : { kind, number };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(body: unknown, names: readonly string[]): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidInput([hidden('body', `an object with ${names.join(', ')}`)]);
  }
  const strange = Object.keys(body).filter((name) => !names.includes(name));
  if (strange.length > 0) {
    throw invalidInput([hidden('body', `no other fields than ${names.join(', ')}; there are ${strange.length} more`)]);
  }
  return body as Fields;
}

function text(fields: Fields, field: string, faults: InputFault[], expected = 'a text'): string | undefined {
  const value = fields[field];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length > 0 && value.length <= LONGEST) return value;
  faults.push(hidden(field, `${expected}, 1 to ${LONGEST} characters`));
  return undefined;
}

function hidden(field: string, expected: string): InputFault {
  return { field, value: null, expected };
}
