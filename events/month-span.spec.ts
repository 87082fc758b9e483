import { expandMonthSpan } from '.';

describe('months written short', () => {
  it.each([
    ['2022-05..2022-09', { from: '2022-05', through: '2022-09' }],
    ['2022-10', { from: '2022-10', through: '2022-10' }],
    ['2022-09..2022-05', { from: '2022-09', through: '2022-05' }],
    ['2022-13', undefined],
    ['2022-05..', undefined],
    ['..2022-05', undefined],
    ['2022-05..2022-06..2022-07', undefined],
    ['2022-05-01..2022-06-01', undefined],
    ['', undefined],
  ])('%s', (text, span) => expect(expandMonthSpan(text)).toEqual(span));
});
