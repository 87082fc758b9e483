export { paymentOn } from './payment';
