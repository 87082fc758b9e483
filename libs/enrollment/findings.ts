import type { Accepted, Note } from './decision';

/** What is learned on the way to an acceptance. The first rule found is the one the decision names. */
export class Findings {
  private readonly notes: Note[] = [];
  private rule: string | undefined;
  private review = false;

  /** The acceptance rests on the rule. */
  rests(rule: string, words: { zh: string; en: string }): void {
    this.rule ??= rule;
    this.notes.push({ rule, ...words });
  }

  /** The rule decides provisionally, or a fact it needs is not known: a person must look. */
  doubts(rule: string, words: { zh: string; en: string }): void {
    this.rests(rule, words);
    this.review = true;
  }

  /** The document does not say; nothing is refused by guess. */
  silent(family: string, words: { zh: string; en: string }, rule?: string): void {
    this.notes.push({ ...(rule === undefined ? {} : { rule }), family, ...words });
    this.review = true;
  }

  get found(): Pick<Accepted, 'rule' | 'review' | 'notes'> {
    return { rule: this.rule, review: this.review, notes: this.notes };
  }
}
