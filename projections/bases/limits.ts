import type { DayNumber } from '../../libs/calendar';
import { cny, compareShares, halfUp, percentOf, shareOf, yuan } from '../fen';
import type { Inquiry } from '../inquiry';
import type { AverageWage } from './average-wage';

export interface Limited {
  fen: number;
  events: string[];
  zh: string;
  en: string;
}

/** The wage kept between two percentages of the average wage; compared exactly, rounded once. */
export function clampToAverage(
  fen: number,
  percent: { floor: number; ceiling: number },
  average: AverageWage,
): Limited {
  const wage = shareOf(fen, 1, 1);
  const floor = percentOf(average.monthly, percent.floor);
  const ceiling = percentOf(average.monthly, percent.ceiling);
  const events = average.events;
  const averageFen = halfUp(average.monthly);
  if (compareShares(wage, floor) < 0)
    return {
      fen: halfUp(floor),
      events,
      zh: `低于社会平均工资 ${yuan(averageFen)}的 ${percent.floor}%，按 ${percent.floor}% 计`,
      en: `below ${percent.floor}% of the average wage ${cny(averageFen)}, so ${percent.floor}% of it is taken`,
    };
  if (compareShares(wage, ceiling) > 0)
    return {
      fen: halfUp(ceiling),
      events,
      zh: `高于社会平均工资 ${yuan(averageFen)}的 ${percent.ceiling}%，按 ${percent.ceiling}% 计`,
      en: `above ${percent.ceiling}% of the average wage ${cny(averageFen)}, so ${percent.ceiling}% of it is taken`,
    };
  return {
    fen,
    events,
    zh: `在社会平均工资 ${yuan(averageFen)}的 ${percent.floor}% 至 ${percent.ceiling}% 之间`,
    en: `within ${percent.floor}% to ${percent.ceiling}% of the average wage ${cny(averageFen)}`,
  };
}

/** The wage kept between the limits published for the region; undefined, and told, while one of them is not published. */
export function clampToPublished(inquiry: Inquiry, region: string, on: DayNumber, fen: number): Limited | undefined {
  const floor = inquiry.read('base.floor', region, on);
  const ceiling = inquiry.read('base.ceiling', region, on);
  if (!floor.known) inquiry.undetermined('base', floor);
  if (!ceiling.known) inquiry.undetermined('base', ceiling);
  if (!floor.known || !ceiling.known) return undefined;
  const events = ['baseFloorFen', 'baseCeilingFen'].flatMap((name) => inquiry.reference(name, region, on)?.event ?? []);
  const limited = Math.min(Math.max(fen, floor.value), ceiling.value);
  const where =
    limited > fen
      ? {
          zh: `低于下限 ${yuan(floor.value)}，按下限计`,
          en: `below the floor ${cny(floor.value)}, so the floor is taken`,
        }
      : limited < fen
        ? {
            zh: `高于上限 ${yuan(ceiling.value)}，按上限计`,
            en: `above the ceiling ${cny(ceiling.value)}, so the ceiling is taken`,
          }
        : {
            zh: `在下限 ${yuan(floor.value)}与上限 ${yuan(ceiling.value)}之间`,
            en: `between the floor ${cny(floor.value)} and the ceiling ${cny(ceiling.value)}`,
          };
  if (limited !== fen)
    inquiry.because(() => ({
      claim: 'bases',
      rule: limited > fen ? floor.rule : ceiling.rule,
      events,
      arithmetic: `${yuan(fen)} → ${yuan(limited)}`,
      zh: `缴费基数上下限按公布的标准执行：${where.zh}。`,
      en: `The published limits of the base apply: ${where.en}.`,
    }));
  return { fen: limited, events, ...where };
}
