export { Inquiry, type Claim, type Grounds } from './inquiry';
export { daysEn, daysZh, lengthEn, lengthZh, monthsEn, monthsZh } from './wording';
