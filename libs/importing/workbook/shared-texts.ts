import Database from 'better-sqlite3';

const IN_MEMORY_CHARACTERS = 20_000_000;

/** The texts that cells share, by number: in memory while they are few, in a temporary database that vanishes with the process beyond. */
export class SharedTexts {
  private readonly first: string[] = [];
  private characters = 0;
  private count = 0;
  private spilled: { database: Database.Database; insert: Database.Statement; get: Database.Statement } | undefined;

  add(text: string): void {
    this.characters += text.length + 16;
    if (this.spilled === undefined && this.characters <= IN_MEMORY_CHARACTERS) this.first.push(text);
    else (this.spilled ??= spill()).insert.run(this.count, text);
    this.count += 1;
  }

  get(number: number): string | undefined {
    return this.first[number] ?? (this.spilled?.get.get(number) as string | undefined);
  }

  close(): void {
    this.spilled?.database.close();
    this.spilled = undefined;
  }
}

function spill(): { database: Database.Database; insert: Database.Statement; get: Database.Statement } {
  const database = new Database('');
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.exec('CREATE TABLE shared (number INTEGER PRIMARY KEY, text TEXT NOT NULL); BEGIN');
  return {
    database,
    insert: database.prepare('INSERT INTO shared VALUES (?, ?)'),
    get: database.prepare<[number]>('SELECT text FROM shared WHERE number = ?').pluck(),
  };
}
