export { choiceDays } from './choice-days';
export { duplicatesOn } from './duplicates';
export { placeOn } from './place';
export { benefitSource } from './source';
