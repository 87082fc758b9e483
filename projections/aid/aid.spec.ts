import { dayNumber } from '../../libs/calendar';
import { asked, type Given } from '../testing/asked';
import { aidOn } from '.';

const aid = (region: string, validOn: string, given: readonly Given[]) =>
  aidOn(asked({ region, validOn, given }).inquiry, dayNumber(validOn)).map(({ aidClass, from, through }) => [
    aidClass,
    from,
    through,
  ]);
const granted = (on: string, aidClass = 'minimumLiving'): Given => ['AidGranted', on, { aidClass }];
const ended = (on: string, aidClass = 'minimumLiving'): Given => ['AidEnded', on, { aidClass }];

describe('aid identities', () => {
  it.each<[string, string, string, Given[], unknown[]]>([
    [
      'the day itself counts',
      '360100',
      '2025-05-10',
      [granted('2025-05-10')],
      [['minimumLiving', '2025-05-10', undefined]],
    ],
    ['granted tomorrow', '360100', '2025-05-09', [granted('2025-05-10')], []],
    [
      'the end is the first day without',
      '360100',
      '2025-06-01',
      [granted('2025-05-10'), ended('2025-05-20')],
      [['minimumLiving', '2025-05-10', '2025-05-19']],
    ],
    ['ended on the day it was granted', '360100', '2025-06-01', [granted('2025-05-10'), ended('2025-05-10')], []],
    [
      'from the next month',
      '610100',
      '2024-05-10',
      [granted('2024-05-10')],
      [['minimumLiving', '2024-06-01', undefined]],
    ],
    [
      'on the first of a month still from the next',
      '610100',
      '2024-05-10',
      [granted('2024-05-01')],
      [['minimumLiving', '2024-06-01', undefined]],
    ],
    [
      'in December from January',
      '610100',
      '2024-12-20',
      [granted('2024-12-20')],
      [['minimumLiving', '2025-01-01', undefined]],
    ],
    [
      'the old one to the end of the month',
      '610100',
      '2024-07-01',
      [granted('2023-09-10', 'monitored'), ended('2024-05-10', 'monitored'), granted('2024-05-10')],
      [
        ['monitored', '2023-10-01', '2024-05-31'],
        ['minimumLiving', '2024-06-01', undefined],
      ],
    ],
    [
      'granted again while it runs',
      '360100',
      '2025-06-01',
      [granted('2025-05-10'), granted('2025-05-20')],
      [['minimumLiving', '2025-05-10', undefined]],
    ],
    [
      'granted again after its end',
      '360100',
      '2025-08-01',
      [granted('2025-05-10'), ended('2025-06-01'), granted('2025-07-01')],
      [
        ['minimumLiving', '2025-05-10', '2025-05-31'],
        ['minimumLiving', '2025-07-01', undefined],
      ],
    ],
    ['an end of what was never granted', '360100', '2025-08-01', [ended('2025-06-01')], []],
  ])('%s', (_, region, on, given, wanted) => expect(aid(region, on, given)).toEqual(wanted));
});
