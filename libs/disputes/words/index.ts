export { causeWords, changeWords } from './changes';
export { answerWords, fieldsWords, monthsWords, spanWords, streamWords, type Speech } from './items';
export { speechOf, withRegionNames } from './region-names';
export { term, type Language } from './terms';
