import { monthNumber, toMonth } from '../../../libs/calendar';
import type { LoadedPolicies } from '../../../libs/policy';
import { parseEventOrThrow, type LedgerEvent } from '../../../events';
import { answer } from '../../../projections/answer';
import { historyAt, knownAtLimit } from '../../../projections/history';
import { cpuMicros, type Measured } from './measured';

/** CPU time of one answer, from the events as read to the answer, for histories of two lengths. */
export function benchAnswers(policies: LoadedPolicies): Measured[] {
  return [
    { name: 'answer at 60 events', value: answerMicros(policies, 60, 400), unit: 'µs CPU', bar: 200 },
    { name: 'answer at 600 events', value: answerMicros(policies, 600, 60), unit: 'µs CPU', bar: 2000 },
  ];
}

function answerMicros(policies: LoadedPolicies, count: number, times: number): number {
  const events = history(count);
  const limit = knownAtLimit('2029-12-31');
  const question = { person: 'P1', region: '211200', validOn: '2024-06-15', knownAt: '2029-12-31' };
  return cpuMicros(times, () => {
    answer({ question, person: historyAt(events, limit), regions: new Map(), policies });
  });
}

/** A registration, months with gaps of every length, a correction now and then. */
function history(count: number): LedgerEvent[] {
  const relation = { scheme: 'employee', region: '211200' };
  const events = [event(0, 'Registered', '1974-06-01', { ...relation, participation: 'employed' })];
  let month = monthNumber('2024-06') - count;
  while (events.length < count) {
    const index = events.length;
    if (index % 23 === 0) month += 1 + (index % 5);
    if (index % 31 === 0) {
      const target = events[index - 1]!.id;
      events.push(
        event(index, 'Corrected', `${toMonth(month)}-20`, { target, data: { unitFen: 50_000 }, reason: 'bench' }),
      );
      continue;
    }
    const feeMonth = toMonth(month++);
    const paid = { ...relation, kind: 'regular', feeMonths: { from: feeMonth, through: feeMonth }, unitFen: 48_000 };
    events.push(event(index, 'Paid', `${feeMonth}-10`, paid));
  }
  return events;
}

function event(index: number, type: string, effectiveOn: string, data: object): LedgerEvent {
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  return parseEventOrThrow({ id, type, person: 'P1', effectiveOn, recordedAt: effectiveOn, data });
}
