import type { RuleValues } from '../evaluation';
import { careKeys } from './care';
import { contributionKeys } from './contribution';
import { duplicateKeys } from './duplicates';
import { employeeKeys } from './employee';
import type { KeyDefinitions } from './key';
import { moneyKeys } from './money';
import { refundKeys } from './refunds';
import { registrationKeys } from './registration';
import { residentKeys } from './resident';
import { retirementKeys } from './retirement';

/** Every key of the law with its words and its shape; the compiler refuses a key too many or too few. */
export const ruleKeys: KeyDefinitions<RuleValues> = {
  ...residentKeys,
  ...employeeKeys,
  ...contributionKeys,
  ...retirementKeys,
  ...moneyKeys,
  ...refundKeys,
  ...careKeys,
  ...duplicateKeys,
  ...registrationKeys,
};
