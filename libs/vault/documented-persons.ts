import { isPersonId } from '../../events';
import { describeNumberFault, documentKindOf, type NumberFault } from './documents';
import type { FoundPerson, GivenDocument, NamedByDocument, PutOutcome } from './identity';
import type { Vault } from './vault';

/** What a row of a file says of who the person is. */
interface DocumentedRow {
  /** The agency's own number, where the row has one. */
  person?: string;
  certificate: string;
  certificateType?: string;
  name?: string;
  /** Only somebody who is known already; nobody is made and nothing kept. */
  known?: true;
  /** Where the row stands. */
  place?: RowPlace;
}

interface DocumentedOptions {
  /** Told of each row that makes somebody, or would in a trial. */
  onNew?: (place: RowPlace) => void;
  /** Whether whoever is told of refused rows may know of somebody who holds a document; left out, of everybody. */
  mayName?: (person: string) => Promise<boolean>;
}

interface RowPlace {
  file: string;
  line: number;
}

/** Why a row's person cannot be told, by its field; neither number nor name is in it. */
interface RowFault {
  field: string;
  reason: string;
}

/**
 * The persons of the rows of a file, by their documents: whoever is not known yet is made, and a document that stands beside the
 * agency's own number is kept for that person. Rows that are told ahead are looked for together.
 */
export class DocumentedPersons {
  private told = new Map<string, FoundPerson>();
  /** What giving documents to persons has ended in, by both. */
  private given = new Map<string, PutOutcome>();

  constructor(
    private readonly vault: Pick<Vault, 'personsFor' | 'put' | 'find'> & Partial<Pick<Vault, 'putAll'>>,
    private readonly options: DocumentedOptions = {},
  ) {}

  /** Looks for everyone of the next rows at once, and keeps what they give together; what was told before is forgotten. */
  async ahead(rows: readonly DocumentedRow[]): Promise<void> {
    const asked = new Map<string, NamedByDocument>();
    const given = new Map<string, { person: string; document: NamedByDocument }>();
    for (const row of rows) {
      const document = documentOf(row);
      if (document === undefined) continue;
      if (row.person === undefined) asked.set(keyOf(document), document);
      else if (isPersonId(row.person)) given.set(givenKey(row.person, document), { person: row.person, document });
    }
    // A document that a row gives somebody of the agency's own: whose it is depends on which row comes first.
    let contested = false;
    for (const { document } of given.values()) contested = asked.delete(keyOf(document)) || contested;
    const found = asked.size === 0 ? [] : await this.vault.personsFor([...asked.values()]);
    this.told = new Map([...asked.keys()].map((key, index) => [key, found[index]!]));
    this.given = contested ? new Map() : await this.giveAll(given);
  }

  /** Gives persons their documents in one transaction, in the order of the rows. */
  private async giveAll(
    given: ReadonlyMap<string, { person: string; document: NamedByDocument }>,
  ): Promise<Map<string, PutOutcome>> {
    if (this.vault.putAll === undefined || given.size === 0) return new Map();
    const outcomes = await this.vault.putAll(
      [...given.values()].map(({ person, document }) => ({ person, given: identityOf(document) })),
    );
    return new Map([...given.keys()].map((key, index) => [key, outcomes[index]!]));
  }

  /** The id of the person of a row, or why it cannot be told. */
  async personOf(row: DocumentedRow): Promise<string | RowFault> {
    const document = documentOf(row);
    if (document === undefined) {
      return { field: 'psn_cert_type', reason: 'expected a code of psn_cert_type such as 01' };
    }
    if (row.known) return this.known(row.person, document);
    // What is no id is the reader's to refuse, with the row's own field.
    if (row.person !== undefined) return isPersonId(row.person) ? this.keep(row.person, document) : row.person;
    const key = keyOf(document);
    const found = this.told.get(key) ?? (await this.vault.personsFor([document]))[0]!;
    if (!found.ok) return faulty(found.faults);
    if (found.made && row.place !== undefined) {
      this.options.onNew?.(row.place);
      if (this.told.has(key)) this.told.set(key, { ...found, made: false });
    }
    return found.person;
  }

  private async known(person: string | undefined, { kind, number }: NamedByDocument): Promise<string | RowFault> {
    const found = await this.vault.find({ kind, number });
    if (found && 'faults' in found) return faulty(found.faults);
    if (person === undefined)
      return (
        found?.person ?? { field: 'certno', reason: 'expected the document of somebody of whom a payment is recorded' }
      );
    return found === undefined || found.person === person ? person : this.heldByOther(person, found.person);
  }

  private async heldByOther(person: string, holder: string): Promise<RowFault> {
    const mayName = (await this.options.mayName?.(holder)) ?? true;
    const held = mayName
      ? `${holder} holds this one: merge the two, or check it`
      : 'somebody of a region that is not yours holds this one: check it';
    return { field: 'certno', reason: `expected a document of ${person}; ${held}` };
  }

  private async keep(person: string, named: NamedByDocument): Promise<string | RowFault> {
    const { kind, number } = named;
    const document = { kind, number };
    let outcome = this.given.get(givenKey(person, named)) ?? (await this.vault.put(person, identityOf(named)));
    // A name that is written otherwise does not make another person; the one that is kept stays.
    if (outcome.outcome === 'differs' && outcome.field === 'name') outcome = await this.vault.put(person, { document });
    switch (outcome.outcome) {
      case 'kept':
      case 'alreadyKept':
        return person;
      case 'invalid':
        return faulty(outcome.faults);
      case 'heldByOther':
        return this.heldByOther(person, outcome.holder);
      case 'differs':
        return {
          field: 'certno',
          reason: `expected the ${outcome.field} that the vault keeps of ${person}; if this one is right, replace it there`,
        };
      case 'erased':
        return { field: 'certno', reason: `expected nothing: the identity of ${person} was erased` };
    }
  }
}

function documentOf({ certificate, certificateType = '01', name }: DocumentedRow): NamedByDocument | undefined {
  const kind = documentKindOf(certificateType);
  if (kind === undefined) return undefined;
  const written = name?.trim() ?? '';
  return { kind, number: certificate, ...(written === '' ? {} : { name: written }) };
}

function identityOf({ kind, number, name }: NamedByDocument): { document: GivenDocument; name?: string } {
  return { document: { kind, number }, ...(name === undefined ? {} : { name }) };
}

function givenKey(person: string, document: NamedByDocument): string {
  return JSON.stringify([person, keyOf(document), document.name]);
}

function keyOf({ kind, number }: NamedByDocument): string {
  return `${kind}\n${number.trim().toUpperCase()}`;
}

function faulty(faults: readonly (NumberFault & { field: string })[]): RowFault {
  const [fault] = faults;
  return { field: fault!.field === 'name' ? 'psn_name' : 'certno', reason: describeNumberFault(fault!) };
}
