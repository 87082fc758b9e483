import { documentKindWords, settledAs } from '../../../libs/vault';
import { day, flag, instant, list, one, record, ref, text, whole, type Schema } from '../openapi/schema';

const kind = one(documentKindWords);
const person = { ...text, description: 'The id of the person', example: 'P0001' };
const persons = { ...list(text), description: 'All ids of the person, the one he is counted under first' };
const dryRun = { ...flag, description: 'Nothing was written' };
const document = {
  kind: {
    ...text,
    description: 'The kind of document, by its word or its national code (psn_cert_type)',
    example: '01',
  },
  number: { ...text, description: 'As it stands on the document; blanks and small letters do not matter' },
};
const name = { ...text, description: 'As it stands on the document' };
const reason = { ...text, description: 'Recorded for good: no names, no numbers' };

/** The schemas of what is said to the identity vault, and what it answers. */
export const identitySchemas: Record<string, Schema> = {
  AttachIdentity: record({ ...document, name }, ['kind', 'number', 'name'], 'A document, a name, or both'),
  GivenDocument: record(document),
  GivenPerson: record({ ...document, name }, ['name']),
  EraseIdentity: record({
    legalBasis: { ...text, description: 'The provision or order that asks for it; names nobody' },
  }),
  SettleFoundTwice: record({ person: text, holder: text, as: one(settledAs) }),
  MergePersons: record({ otherPersonId: text, reason, on: day }, ['on']),
  IdentityKept: record(
    { person, kept: one(['added', 'replaced', 'already']), dryRun },
    ['dryRun'],
    'What became of it; neither number nor name is repeated',
  ),
  FoundPerson: record(
    { person, persons, made: { ...flag, description: 'Nobody held the document; the person is new' }, dryRun },
    ['made', 'dryRun'],
  ),
  Identities: record(
    { person, persons, identities: list(ref('Identity')) },
    [],
    'What the vault holds of a person under all his ids',
  ),
  Identity: record({ person, name, documents: list(record({ kind, code: text, number: text })) }, ['name']),
  IdentityErasures: record(
    { person, erasures: list(record({ person, eventId: text, erasedAt: instant }, ['eventId', 'erasedAt'])), dryRun },
    ['dryRun'],
  ),
  CheckedNumber: record(
    {
      valid: flag,
      faults: list(record({ position: whole, through: whole, expected: text, zh: text }, ['position', 'through'])),
      birthDate: day,
      sex: one(['male', 'female']),
    },
    ['birthDate', 'sex'],
    'What is wrong with the number, by its places from 1; the number is not repeated',
  ),
  FoundTwiceList: record({ items: list(ref('FoundTwice')) }),
  FoundTwice: record(
    {
      person: { ...text, description: 'For whom the document was given; absent where he is of other regions alone' },
      holder: { ...text, description: 'Who holds it; absent as well' },
      kind,
      firstAt: instant,
      lastAt: instant,
      times: whole,
      settled: record({ as: one(settledAs), at: instant, by: text }, ['by']),
    },
    ['person', 'holder', 'settled'],
  ),
  Settled: record({ settled: { ...whole, description: 'How many cases waited' }, dryRun }, ['dryRun']),
};
