import { define } from './envelope';

/** 领取失业金 begins, or ends. `effectiveOn` is its first, or its last, day. No fields. */
export class UnemploymentBenefitData {}

export const unemploymentBenefitStarted = define('UnemploymentBenefitStarted', UnemploymentBenefitData);
export const unemploymentBenefitEnded = define('UnemploymentBenefitEnded', UnemploymentBenefitData);
