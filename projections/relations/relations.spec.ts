import { dayNumber } from '../../libs/calendar';
import { timelineOf } from '../coverage';
import { asked, type Given } from '../testing/asked';
import { registrationsOn } from '.';

const employed = { scheme: 'employee', participation: 'employed' };
const career: Given[] = [
  ['Registered', '2022-01-05', employed],
  ['Suspended', '2022-11-30', { scheme: 'employee', reason: 'left' }],
  ['Registered', '2023-03-06', employed],
];

function statusesOf(given: readonly Given[]) {
  const { inquiry, payments } = asked({ region: '211200', validOn: '2024-12-31', given });
  const { relations } = timelineOf(inquiry, payments).timeline;
  return (on: string) => registrationsOn(relations, dayNumber(on)).map(({ status, since }) => `${status} ${since}`);
}

describe('a death that becomes known late', () => {
  it.each([
    ['before a break and a return', career],
    ['before a termination', [...career, ['Terminated', '2023-08-01', { scheme: 'employee', reason: 'emigration' }]]],
  ] as [string, Given[]][])('ends the relation on its day, %s', (_, given) => {
    const on = statusesOf([...given, ['Died', '2022-06-15']]);
    expect(on('2022-06-14')).toEqual(['normal 2022-01-05']);
    for (const day of ['2022-06-15', '2022-12-15', '2023-03-06', '2023-08-01', '2024-06-30'])
      expect(on(day)).toEqual(['terminated 2022-06-15']);
  });

  it('leaves a termination before it as it was', () => {
    const ended: Given = ['Terminated', '2022-05-01', { scheme: 'employee', reason: 'emigration' }];
    const on = statusesOf([career[0]!, ended, ['Died', '2022-06-15']]);
    expect(on('2022-07-01')).toEqual(['terminated 2022-05-01']);
  });
});
