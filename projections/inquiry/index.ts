export { Inquiry, type Claim, type Grounds, type SoFar } from './inquiry';
export { daysEn, daysZh, lengthEn, lengthZh, monthsEn, monthsZh } from './wording';
