import { commandNames, eventOfCommand, type Command } from '../../../libs/enrollment';
import { parseEvent } from '../../../events';
import { Problem, invalidInput, type InputFault } from '../http/problem';

/** The name of the command that a path means; its first letter may be small. */
export function commandIn(path: string): Command['type'] {
  const name = commandNames.find((one) => one.toLowerCase() === path.toLowerCase());
  if (name === undefined) {
    throw new Problem('not-found', `There is no such command; there are ${commandNames.join(', ')}.`);
  }
  return name;
}

/** The command with its data as the event of the contract has it. Throws with every fault. */
export function readCommand(type: Command['type'], person: string, on: string, data: unknown): Command {
  // The sum of a refund may be what is asked for.
  const withoutSum = type === 'Refund' && isRecord(data) && data['amountFen'] === undefined;
  const parsed = parseEvent(
    { type: eventOfCommand[type], effectiveOn: on, data: withoutSum ? { ...data, amountFen: 0 } : data },
    { person, recordedAt: on, makeId: () => 'command' },
  );
  if (!parsed.ok) throw invalidInput(parsed.faults.map((fault): InputFault => ({ ...fault })));
  const read: Record<string, unknown> = { ...parsed.event.data };
  if (withoutSum) delete read['amountFen'];
  return { type, data: read } as unknown as Command;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
