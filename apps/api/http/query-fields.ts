import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import { isDay, toInstant } from '../../../libs/calendar';
import { holdsIdentityNumber, isPersonId, isRegionCode } from '../../../events';

/** The kinds of values that parameters and plain bodies hold, as class-validator decorators; the message is what was expected. */

/** A value that `holds` says yes to; `expected` says what would have been right. */
export function Field(holds: (value: unknown) => boolean, expected: string): PropertyDecorator {
  return ValidateBy({ name: 'field', validator: { validate: holds, defaultMessage: () => expected } });
}

/** May be left out. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_object: object, value: unknown) => value !== undefined);
}

/** A day that exists, within the years that any question can be about. */
export function QuestionDay(): PropertyDecorator {
  return Field(isQuestionDay, 'a day YYYY-MM-DD, 1900 to 2199');
}

/** A region code. */
export function RegionCode(): PropertyDecorator {
  return Field(isRegionCode, 'a region code of six digits');
}

/** A limit of knowledge; a `+` that arrived as a blank, because nobody encoded it, is mended. */
export function KnowledgeLimit(): PropertyDecorator {
  const mend = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.replace(/ (\d\d:\d\d)$/, '+$1') : value,
  );
  const check = Field(
    (value) => typeof value === 'string' && (isDay(value) || POSITION.test(value) || toInstant(value) !== undefined),
    'a day, an instant such as 2022-10-31T17:00:00+08:00, or a position in the log',
  );
  return (target, property) => {
    mend(target, property);
    check(target, property);
  };
}

/** Yes or no, written out. */
export function YesOrNo(): PropertyDecorator {
  return Field((value) => value === 'true' || value === 'false', 'true or false');
}

/** A position in the log. */
export function Position(): PropertyDecorator {
  return Field((value) => typeof value === 'string' && POSITION.test(value), 'a position in the log');
}

/** A whole number, written out. */
export function Whole(from: number, through: number): PropertyDecorator {
  return Field(
    (value) =>
      typeof value === 'string' && /^\d{1,15}$/.test(value) && Number(value) >= from && Number(value) <= through,
    `a whole number, ${from} to ${through}`,
  );
}

/** A whole number as JSON has it. */
export function Count(from: number, through: number): PropertyDecorator {
  return Field(
    (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= through,
    `a whole number, ${from} to ${through}`,
  );
}

/** Words of somebody's own, which are kept. */
export function PlainText(): PropertyDecorator {
  return Field(
    (value) => typeof value === 'string' && value.trim() !== '' && value.length <= 500 && !holdsIdentityNumber(value),
    'a text of 1 to 500 characters without identity numbers',
  );
}

/** One of some words. */
export function OneOf(words: readonly string[]): PropertyDecorator {
  const allowed = new Set(words);
  return Field((value) => typeof value === 'string' && allowed.has(value), `one of ${words.join(', ')}`);
}

/** One of some words or several of them, the parameter repeated; made into a list. */
export function ListOf(words: readonly string[]): PropertyDecorator {
  const allowed = new Set<unknown>(words);
  const list = Transform(({ value }: { value: unknown }) =>
    value === undefined || Array.isArray(value) ? value : [value],
  );
  const check = Field(
    (value) => Array.isArray(value) && value.every((one) => allowed.has(one)),
    `one of ${words.join(', ')}; repeat the parameter for more`,
  );
  return (target, property) => {
    list(target, property);
    check(target, property);
  };
}

/** Where a page before ended, as that page gave it. */
export function Cursor(): PropertyDecorator {
  return Field(
    (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{8,400}$/.test(value),
    'the cursor of a page before',
  );
}

/** The id of a person. */
export function PersonId(): PropertyDecorator {
  return Field(isPersonId, 'an id of up to 64 letters, digits and . _ : -, and never an identity number');
}

/** A word of the ledger: a rule's id, a question's name. */
export function Term(): PropertyDecorator {
  return Field(
    (value) => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value),
    'a word of letters, digits and . _ -',
  );
}

/** One choice for an unclear clause or several of them, `A-01:B`; made into a list. */
export function ReadingChoices(): PropertyDecorator {
  const list = Transform(({ value }: { value: unknown }) =>
    value === undefined || Array.isArray(value) ? value : [value],
  );
  const check = Field(
    (value) => Array.isArray(value) && value.every((one) => typeof one === 'string' && READING.test(one)),
    'a reading and its choice such as A-01:B; repeat the parameter for more',
  );
  return (target, property) => {
    list(target, property);
    check(target, property);
  };
}

export const READING = /^([A-Z]-\d{2,3})[:=]([A-Za-z0-9]{1,16})$/;

function isQuestionDay(value: unknown): value is string {
  return isDay(value) && value >= '1900-01-01' && value <= '2199-12-31';
}

const POSITION = /^\d{1,18}$/;
