import type { LedgerEvent } from '../../events';
import { employerOf, factOf, isOfScheme, personOf, plainFactOf, regionOf, relationOf, type RowContext } from './fact';
import type { Row } from './row';

/**
 * The events of a row of a relations extract (psn_insu_d): the registration, and how the relation stands now: suspended,
 * terminated, or invalid from the start. Throws `RefusedRow`.
 */
export function factsOfRelation(row: Row, context: RowContext): LedgerEvent[] {
  const person = personOf(row);
  const { scheme, participation = DEFAULT_PARTICIPATION[scheme] } = relationOf(row);
  const region = regionOf(row, context);
  const from = row.neededDay('from', 'the first day of the relation');
  const status = row.code('status') ?? 'normal';
  if (status === 'absent') return row.refuse('status', 'a relation; this row says there is none');
  const end =
    status === 'suspended' || status === 'terminated'
      ? row.neededDay('through', 'the last day of the relation')
      : undefined;
  if (end !== undefined && end < from)
    return row.refuse('through', `a day not before ${from}, the first day of the relation`);
  if (row.text('retired') !== '' && row.text('retired') !== '0')
    row.exception('retired', 'the day of the procedure is not in this table');

  const firstMonth = row.month('firstMonth');
  const registered = {
    scheme,
    region,
    participation,
    employerId: employerOf(row),
    fundMode: scheme === 'employee' ? row.code('fundMode') : undefined,
    firstTime: firstMonth === undefined ? undefined : firstMonth >= from.slice(0, 7),
  };
  const ending = end === undefined ? undefined : endOf(row, status === 'terminated', { scheme, region });
  const changed = status === 'invalid' || ending !== undefined;
  const recorded = changed ? 'onItsDay' : 'withRow';
  const make = isOfScheme(participation, scheme) ? plainFactOf : factOf;
  const registration = make(
    row,
    { type: 'Registered', person, effectiveOn: from, data: registered, recorded },
    context,
  );
  if (status === 'invalid') {
    const voided = { target: registration.id, reason: 'the relation is invalid from the start' };
    return [registration, factOf(row, { type: 'Voided', person, effectiveOn: from, data: voided }, context)];
  }
  if (ending === undefined) return [registration];
  return [registration, factOf(row, { type: ending.type, person, effectiveOn: end!, data: ending.data }, context)];
}

const DEFAULT_PARTICIPATION = { employee: 'employed', resident: 'general' } as const;

type Ending = { type: 'Suspended' | 'Terminated' | 'Died'; data: Record<string, unknown> };

/** How the relation ended. `Suspended` names its last day, so an end without a known reason is told as one. */
function endOf(row: Row, terminated: boolean, relation: { scheme: string; region: string }): Ending {
  const code = row.text('changeReason');
  const reason = terminated ? row.code('changeReason') : undefined;
  if (reason === 'death') return { type: 'Died', data: {} };
  if (reason !== undefined) return { type: 'Terminated', data: { ...relation, reason } };
  if (terminated) row.exception('status', 'terminated without a known reason');
  const words = code === '' ? 'not stated' : `change reason ${code}`;
  return { type: 'Suspended', data: { ...relation, reason: words } };
}
