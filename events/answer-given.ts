import { define } from './envelope';
import { Matching, NestedList, Optional, OneOf, Text } from './fields';
import { answerHashes, readingSources, type AnswerHash, type ReadingSource } from './words';

const PACK = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** A pack that was at hand when the answer was given. */
export class PackAtHand {
  @Matching(PACK, 'the id of a pack such as 990100-example')
  id!: string;

  @Matching(PACK, 'the version of a pack such as 2022-04-01')
  version!: string;

  @Matching(SHA256, '64 hexadecimal digits in lower case')
  sha256!: string;
}

/** A reading that the answer used. */
export class ReadingTaken {
  @Matching(/^[A-Z]{1,4}-\d{1,4}$/, 'the id of a reading such as A-07')
  id!: string;

  @Matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, 'a choice of the reading such as B')
  choice!: string;

  @OneOf(readingSources)
  by!: ReadingSource;
}

/**
 * 出具核定答复: an answer was handed to somebody. It says nothing about the person's insurance and no answer reads it; it says on
 * what the answer stood, so that it can be given again byte for byte. `effectiveOn` is the day it was given.
 */
export class AnswerGivenData {
  /** Who asked: an office, a court, the person himself, or the number of a case; never a name or an identity number. */
  @Text()
  asker!: string;

  /** What for. */
  @Optional()
  @Text()
  purpose?: string;

  /** The basis with everything filled in, such as `validOn=2022-07-15,knownAt=2022-10-01,region=990100,as=decidedThen`. */
  @Matching(/^validOn=\d{4}-\d\d-\d\d(,\w+=[^,\s]+)*$/, 'a basis such as validOn=2022-07-15,knownAt=2022-10-01')
  basis!: string;

  /** Position of the log's last event when it was asked; what was recorded afterwards did not count. */
  @Matching(/^(0|[1-9]\d{0,18})$/, 'a position in the log')
  logPosition!: string;

  /** Every version of every pack that could have ruled, by its content. */
  @NestedList(() => PackAtHand, 1)
  packs!: PackAtHand[];

  @NestedList(() => ReadingTaken)
  readings!: ReadingTaken[];

  @OneOf(answerHashes)
  algorithm!: AnswerHash;

  /** Of the canonical JSON (RFC 8785) of the answer as it was given. */
  @Matching(SHA256, '64 hexadecimal digits in lower case')
  digest!: string;

  /** The version of the program. */
  @Matching(VERSION, 'a version such as 1.2.0')
  engine!: string;
}

export const answerGiven = define('AnswerGiven', AnswerGivenData);
