import { closeSync, openSync, writeSync } from 'node:fs';
import { csvLine } from '../../../libs/importing';

/** Lists which rows of which files would make a person, a table a file, in the order of the rows. */
export class NewPersonRows {
  private readonly lists = new Map<string, { descriptor: number; rows: number }>();

  /** `pathOf` says where the list of a file is kept. */
  constructor(private readonly pathOf: (file: string) => string) {}

  add({ file, line }: { file: string; line: number }): void {
    let list = this.lists.get(file);
    if (list === undefined) {
      list = { descriptor: openSync(this.pathOf(file), 'w', 0o600), rows: 0 };
      this.lists.set(file, list);
      writeSync(list.descriptor, csvLine(['line']));
    }
    list.rows += 1;
    writeSync(list.descriptor, csvLine([String(line)]));
  }

  /** How many there are in a file. */
  countOf(file: string): number {
    return this.lists.get(file)?.rows ?? 0;
  }

  close(): void {
    for (const { descriptor } of this.lists.values()) closeSync(descriptor);
  }
}
