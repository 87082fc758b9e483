import Database from 'better-sqlite3';

/** What a read model holds of a person. */
export interface Held {
  events: number;
  /** A benefit year counts as twelve. */
  months: number;
  relations: number;
}

interface Counted extends Held {
  /** Persons whose records were merged into his: their payments and relations are counted as his too. */
  joins: readonly string[];
}

/** What the ledger's tables hold of everybody, by person. */
export function contentsOf(readModel: string): Map<string, Counted> {
  const database = new Database(readModel, { readonly: true });
  try {
    const grounds = database.prepare<[string], { stream: string }>(
      `select stream from person_grounds where person = ? and stream like 'person-%'`,
    );
    const rows = database
      .prepare<[], { person: string; events: number; facts: string }>(
        'select person, events, facts from persons join person_history using (person)',
      )
      .all();
    return new Map(
      rows.map(({ person, events, facts }) => {
        const told = (JSON.parse(facts) as { facts: [type: string, ...unknown[]][] }).facts;
        const paid = told.filter(([type]) => type === 'Paid').map((fact) => fact[4] as PaidFor);
        return [
          person,
          {
            events,
            months: paid.reduce((sum, data) => sum + monthsOf(data), 0),
            relations: told.filter(([type]) => type === 'Registered').length,
            joins: grounds.all(person).map(({ stream }) => stream.slice('person-'.length)),
          },
        ];
      }),
    );
  } finally {
    database.close();
  }
}

/** Throws where somebody is missing on either side, or is not held alike. */
export function assertSame(ours: ReadonlyMap<string, Counted>, theirs: ReadonlyMap<string, Held>): void {
  if (ours.size !== theirs.size) throw new Error(`the ledger holds ${ours.size} persons and Emmett ${theirs.size}`);
  for (const [person, { joins, ...held }] of ours) {
    const own = theirs.get(person);
    const all = [own, ...joins.map((other) => theirs.get(other))];
    const sum = (field: keyof Held) => all.reduce((total, one) => total + (one?.[field] ?? NaN), 0);
    const expected = { events: own?.events, months: sum('months'), relations: sum('relations') };
    if (JSON.stringify(held) !== JSON.stringify(expected))
      throw new Error(`${person}: the ledger holds ${JSON.stringify(held)} and Emmett ${JSON.stringify(expected)}`);
  }
}

interface PaidFor {
  feeMonths?: { from: string; through: string };
}

export function monthsOf({ feeMonths }: PaidFor): number {
  return feeMonths ? monthNumber(feeMonths.through) - monthNumber(feeMonths.from) + 1 : 12;
}

function monthNumber(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5));
}
