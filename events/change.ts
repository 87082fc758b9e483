import type { Day } from '../libs/calendar';
import { define } from './envelope';
import { CalendarDay, EventId, JsonFields, NestedList, OneOf, Optional, Text } from './fields';
import { askableTypes, type EventType } from './words';

/** An event as somebody asks for it; it happens only when a second person approves. */
export class AskedEvent {
  /** The id under which it is recorded when it is approved, so that it is recorded once. */
  @EventId()
  id!: string;

  @OneOf(askableTypes)
  type!: EventType;

  @CalendarDay()
  effectiveOn!: Day;

  /** Left out where the type has no fields. */
  @Optional()
  @JsonFields()
  data?: Record<string, unknown>;

  @Optional()
  @JsonFields()
  metadata?: Record<string, unknown>;
}

/**
 * 申请变更: somebody asks for events that need a second person. They are no facts yet: no answer reads them from here.
 * `effectiveOn` is the day of the request; the id of this event names the request.
 */
export class ChangeRequestedData {
  @NestedList(() => AskedEvent, 1)
  events!: AskedEvent[];
}

/** 复核通过: recorded together with the events that were asked for, as one batch. */
export class ChangeApprovedData {
  /** The id of the `ChangeRequested`. */
  @EventId()
  request!: string;
}

/** 复核退回: nothing that was asked for happens. */
export class ChangeDeclinedData {
  /** The id of the `ChangeRequested`. */
  @EventId()
  request!: string;

  @Text()
  reason!: string;
}

const everywhere = { streamKinds: ['person', 'region', 'employer'] } as const;

export const changeRequested = define('ChangeRequested', ChangeRequestedData, everywhere);
export const changeApproved = define('ChangeApproved', ChangeApprovedData, everywhere);
export const changeDeclined = define('ChangeDeclined', ChangeDeclinedData, everywhere);
