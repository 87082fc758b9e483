export {
  isCurrent,
  paymentRecord,
  type BenefitYear,
  type FeeMonth,
  type LumpSum,
  type PaymentRecord,
} from './payments';
