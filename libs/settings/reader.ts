/** What is wrong with one setting. A store's address may hold a password, so its value is not repeated. */
export interface SettingFault {
  name: string;
  value: string;
  expected: string;
}

/** Thrown at the start with everything that is wrong, not only the first. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';

  /** `who` does not start. */
  constructor(
    readonly faults: readonly SettingFault[],
    who = 'The server',
  ) {
    super(
      [
        `${who} does not start: wrong settings.`,
        ...faults.map(({ name, value, expected }) => `  ${name}=${value}  expected ${expected}`),
      ].join('\n'),
    );
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads settings of one form each and keeps what is wrong with them; an empty variable counts as left out. */
export class SettingsReader<Name extends string = string> {
  readonly faults: SettingFault[] = [];

  constructor(private readonly environment: Environment) {}

  text(name: Name, otherwise: string): string {
    const value = this.environment[name];
    return value === undefined || value === '' ? otherwise : value;
  }

  matching(name: Name, otherwise: string, form: RegExp, expected: string): string {
    const value = this.text(name, otherwise);
    if (!form.test(value)) this.refuse(name, value, expected);
    return value;
  }

  word<W extends string>(name: Name, otherwise: W, words: readonly W[]): W {
    const value = this.text(name, otherwise);
    const word = words.find((one) => one === value);
    if (word === undefined) this.refuse(name, value, `one of ${words.join(', ')}`);
    return word ?? otherwise;
  }

  whole(name: Name, otherwise: number, from: number, through: number): number {
    const value = this.text(name, String(otherwise));
    const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (number >= from && number <= through) return number;
    this.refuse(name, value, `a whole number, ${from} to ${through}`);
    return otherwise;
  }

  refuse(name: Name, value: string, expected: string): void {
    this.faults.push({ name, value, expected });
  }
}
