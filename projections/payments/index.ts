export {
  isCurrent,
  onePartOf,
  paymentRecord,
  type BenefitYear,
  type FeeMonth,
  type LumpSum,
  type PaymentRecord,
} from './payments';
