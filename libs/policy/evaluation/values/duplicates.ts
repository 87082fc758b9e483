/** What becomes of the relations that are not kept. */
export type OthersFate = 'suspended' | 'terminated' | 'none';

/** How one of several relations of the same standing is told from the others. */
export type DuplicateTrait = 'workplace' | 'school' | 'habitualResidence' | 'latestPayment';

/** Within one scheme: the first trait that tells one relation from the others keeps it. */
export interface KeepByTrait {
  keep: DuplicateTrait[];
  others: OthersFate;
}

/** Across the schemes: the employee relation is kept after so many months of it. */
interface KeepEmployee {
  /** 0: at once. */
  months: number;
  /** Consecutive months up to the finding, or any months. */
  count: 'consecutive' | 'any';
  /** With fewer months the document names no relation, or the resident one is kept. */
  under: 'manual' | 'resident';
  others: OthersFate;
}

/** Which of several normal, paid relations is kept, which gives the benefits, and what becomes of the others. */
export interface DuplicateValues {
  /** Benefits of overlapping relations are never drawn twice; the rule that says so. */
  'duplicates.noDoubleBenefit': boolean;
  /** Who gives the benefits of a day that several relations cover, first match first. */
  'duplicates.benefitOrder': ('employee' | 'student' | 'workplace' | 'habitualResidence' | 'latestPayment')[];
  /** What becomes of the relations that are not retained; `none`: the order above says only who pays. */
  'duplicates.othersBecome': OthersFate;

  'duplicates.employeeTwice': KeepByTrait;
  /** A month paid as a flexible worker and through an employer at one place. */
  'duplicates.flexibleEmployed': { keep: 'employed'; others?: OthersFate };
  'duplicates.residentTwice': KeepByTrait;
  /** Where one of the resident relations is a student's. */
  'duplicates.student': KeepByTrait;
  /** Students holding one of these aid classes may choose the place that recognised it. */
  'duplicates.aidedStudent': { classes: string[] };
  /** A student's relation begun in the year of entry is no duplicate. */
  'duplicates.entryYear': 'noDuplicate';
  'duplicates.crossScheme': KeepEmployee;
  /** Part-time, temporary and flexible work across schemes, where the months above do not decide: the one relation that gives benefits is kept. */
  'duplicates.flexibleWork': { others: OthersFate };
  /** The person's written choice comes before every other rule. */
  'duplicates.election': { others: OthersFate };

  /** While a duplicate in another pooling area is being resolved the region's benefits pause; retained here, they are given back. */
  'duplicates.crossRegionPause': boolean;

  /** Whether a resident relation removed as a duplicate of another one counts for state subsidy. */
  'duplicates.subsidyRemoved': boolean;
  /** Whether it counts once employee insurance of the months above gives benefits and the resident ones are stopped. */
  'duplicates.subsidyCrossScheme': boolean;
}
