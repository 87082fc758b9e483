export { changesBetween, figuresOf, type Change, type Figures } from './figures';
export { causesBetween, type Cause } from './causes';
export { answerTo, applyCauses, type Side } from './side';
export { difference, type Attributed, type Difference, type Step } from './difference';
