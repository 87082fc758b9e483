export { Inquiry, type Claim, type Grounds } from './inquiry';
