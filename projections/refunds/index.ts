export { refundsOn } from './refunds';
