import { dayNumber, isDay, toDay, type DayNumber } from '../../calendar';
import type { PaymentWindow, Setting } from '../evaluation';
import { canonicalJson } from './canonical';
import type { PackFault } from './pack-fault';
import type { Statement } from './pack-file';
import { readingsIn } from './settings-in';
import type { Path, SourceFile } from './source-file';

/** A window by its place in the file, over day numbers of one benefit year. */
interface Placed {
  index: number;
  students: boolean;
  from: DayNumber;
  through: DayNumber;
}

/** Any common year: windows of every year are compared in it. */
const SOME_YEAR = 2001;

/** Overlapping windows of a benefit year are refused, days between two of them are pointed out; under every choice of the readings inside. */
export function windowFaults({ path, setting }: Statement, source: SourceFile): PackFault[] {
  const faults = new Map<string, PackFault>();
  for (const { list, path: at } of listsIn(path, setting)) {
    for (const windows of settledLists(list)) {
      for (const fault of faultsOfList(windows, at, source)) faults.set(canonicalJson(fault), fault);
    }
  }
  return [...faults.values()];
}

function faultsOfList(windows: readonly PaymentWindow[], at: Path, source: SourceFile): PackFault[] {
  const faults: PackFault[] = [];
  const years = new Set(windows.map(({ benefitYear }) => benefitYear));
  windows.forEach((window, index) => {
    const { from, through } = placed(window, index, window.benefitYear ?? SOME_YEAR);
    if (through < from)
      faults.push(
        source.fault([...at, index, 'through'], `a day on or after ${toDay(from)}, the first day of the window`),
      );
  });
  if (faults.length > 0) return faults;

  for (const year of years) {
    const ofYear = windows
      .map((window, index) => ({ window, index }))
      .filter(({ window }) => window.benefitYear === undefined || window.benefitYear === year)
      .map(({ window, index }) => placed(window, index, year ?? SOME_YEAR))
      .sort((a, b) => a.from - b.from || a.index - b.index);
    for (const students of [false, true]) {
      faults.push(
        ...faultsOfYear(
          ofYear.filter((window) => window.students === students),
          at,
          source,
          year,
        ),
      );
    }
  }
  return faults;
}

function faultsOfYear(sorted: readonly Placed[], at: Path, source: SourceFile, year: number | undefined): PackFault[] {
  const faults: PackFault[] = [];
  let reached: Placed | undefined;
  for (const window of sorted) {
    if (reached && window.from <= reached.through) {
      faults.push(
        source.fault(
          [...at, Math.max(window.index, reached.index)],
          `a window that shares no day with window ${Math.min(window.index, reached.index) + 1}; both hold ${spanText(window.from, Math.min(window.through, reached.through), year)}`,
        ),
      );
    } else if (reached && !window.students && window.from > reached.through + 1) {
      faults.push(
        source.fault(
          [...at, window.index],
          `windows without a hole, or a hole that the document means: ${spanText(reached.through + 1, window.from - 1, year)} belongs to no window`,
          { severity: 'warning' },
        ),
      );
    }
    if (!reached || window.through > reached.through) reached = window;
  }
  return faults;
}

function placed(window: PaymentWindow, index: number, year: number): Placed {
  return {
    index,
    students: window.kind === 'studentStart',
    from: endOf(window.from, year),
    through: endOf(window.through, year),
  };
}

/** A full day stands for itself; `MM-DD` is of the benefit year, or of the year before it; 02-29 is the last day of February. */
function endOf({ year, day }: PaymentWindow['from'], benefitYear: number): DayNumber {
  if (isDay(day)) return dayNumber(day);
  const calendarYear = year === 'before' ? benefitYear - 1 : benefitYear;
  const written = `${calendarYear}-${day}`;
  return dayNumber(isDay(written) ? written : `${calendarYear}-02-28`);
}

function spanText(from: DayNumber, through: DayNumber, year: number | undefined): string {
  const text = (day: DayNumber) => (year === undefined ? toDay(day).slice(5) : toDay(day));
  return from === through ? text(from) : `${text(from)}..${text(through)}`;
}

/** The lists of windows a setting may come to, each with its place. */
function listsIn(path: Path, setting: Setting<unknown>): { list: unknown[]; path: Path }[] {
  if (setting.form === 'dated')
    return setting.entries.flatMap((entry, index) => listsIn([...path, index], entry.setting));
  return setting.form === 'value' ? branchesOf(setting.value, [...path, 'value']) : [];
}

function branchesOf(value: unknown, path: Path): { list: unknown[]; path: Path }[] {
  if (Array.isArray(value)) return [{ list: value as unknown[], path }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([choice, branch]) =>
    choice === 'reading' ? [] : branchesOf(branch, [...path, choice]),
  );
}

/** The list under every combination of the choices that its readings leave open. */
function settledLists(list: unknown[]): PaymentWindow[][] {
  const open = new Map<string, string[]>();
  for (const { reading } of readingsIn({ form: 'value', value: list, rule: '' })) {
    open.set(
      String(reading['reading']),
      Object.keys(reading).filter((field) => field !== 'reading'),
    );
  }
  let choices: Record<string, string>[] = [{}];
  for (const [reading, ids] of open)
    choices = choices.flatMap((chosen) => ids.map((id) => ({ ...chosen, [reading]: id })));
  return choices.map((chosen) => settled(list, chosen) as PaymentWindow[]);
}

function settled(value: unknown, chosen: Record<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => settled(item, chosen));
  const record = value as Record<string, unknown>;
  const choice = typeof record['reading'] === 'string' ? chosen[record['reading']] : undefined;
  if (choice !== undefined) return settled(record[choice], chosen);
  return Object.fromEntries(Object.entries(record).map(([key, below]) => [key, settled(below, chosen)]));
}
