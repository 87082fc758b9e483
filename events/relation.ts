import { Fits, OneOf, Optional, Region } from './fields';
import {
  employeeParticipations,
  participations,
  residentParticipations,
  schemes,
  type Participation,
  type Scheme,
} from './words';

/** A relation as others name it: which scheme, where, and as whom where that tells two apart. */
export class Relation {
  @OneOf(schemes)
  scheme!: Scheme;

  @Region()
  region!: string;

  @Optional()
  @OneOf(participations)
  @Fits(ofScheme, 'a participation of the scheme')
  participation?: Participation;
}

/** Whether the participation belongs to the scheme that stands beside it; true where that scheme is itself unreadable. */
export function ofScheme(participation: unknown, { scheme }: Readonly<Record<string, unknown>>): boolean {
  const words: Readonly<Record<string, readonly unknown[]>> = {
    employee: employeeParticipations,
    resident: residentParticipations,
  };
  return scheme === 'employee' || scheme === 'resident' ? words[scheme]!.includes(participation) : true;
}
