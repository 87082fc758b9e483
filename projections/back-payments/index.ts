export { backPaymentsOn } from './back-payments';
