export { causeWords, changeWords, pathWords } from './changes';
export { answerWords, fieldsWords, monthsWords, spanWords, type Speech } from './items';
export { term, type Language } from './terms';
