import type { EmployeeValues, SwitchValues } from './values/employee';
import type { ResidentValues } from './values/resident';
import type { ContributionValues } from './values/contribution';
import type { RetirementValues } from './values/retirement';
import type { MoneyValues } from './values/money';
import type { RefundValues } from './values/refunds';
import type { CareValues } from './values/care';
import type { DuplicateValues } from './values/duplicates';
import type { RegistrationValues } from './values/registration';

/** Every value a pack may hold, by key; the YAML nests keys at their dots. Code knows these families, never regions. */
export interface RuleValues
  extends
    ResidentValues,
    EmployeeValues,
    SwitchValues,
    ContributionValues,
    RetirementValues,
    MoneyValues,
    RefundValues,
    CareValues,
    DuplicateValues,
    RegistrationValues {}

export type RuleKey = keyof RuleValues;
