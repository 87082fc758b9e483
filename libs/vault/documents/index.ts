export { readCreditCode, type ReadCreditCode } from './credit-code';
export { documentKindOf, documentKindWords, documentKinds, type DocumentKind } from './kinds';
export { readIdentityNumber, type ReadIdentityNumber } from './identity-number';
export { describeNumberFault, type NumberFault } from './number-fault';
export { readDocument, type ReadDocument } from './read-document';
