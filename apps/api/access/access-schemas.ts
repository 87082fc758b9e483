import type { AuditRow } from '../../../libs/access';
import {
  anything,
  day,
  eventId,
  instant,
  list,
  object,
  one,
  optional,
  ref,
  text,
  whole,
  type Schema,
} from '../openapi/schema';
import type { AskedEvent, Change } from './changes/changes';

const change = {
  id: eventId,
  stream: text,
  person: optional({ ...text, description: 'Whose stream it is, where it is a person’s' }),
  state: one(['pending', 'approved', 'declined']),
  requestedBy: text,
  requestedAt: instant,
  events: list(
    object<AskedEvent>({
      id: eventId,
      type: text,
      effectiveOn: day,
      data: optional(anything),
      metadata: optional(anything),
    }),
  ),
  decidedBy: optional(text),
  decidedAt: optional(instant),
  reason: optional({ ...text, description: 'Why it was declined' }),
  revision: {
    ...whole,
    description: 'Where the stream stands: approve with If-Match at it to approve on this basis only',
  },
};

/** The schemas of what is said about changes that need a second person, and of the audit trail. */
export const accessSchemas: Record<string, Schema> = {
  Change: object<Change & { impact?: unknown }>({
    ...change,
    impact: optional({ ...ref('Impact'), description: 'While it is pending: what it would change for the person' }),
  }),
  ChangePage: object<{ changes: Change[]; next: string | null }>({
    changes: list(ref('Change')),
    next: { type: ['string', 'null'], description: 'Where the next page is; null at the end' },
  }),
  Decline: object<{ reason: string }>({ reason: text }),
  AuditPage: object<{ rows: AuditRow[]; next: string | null }>({
    rows: list(
      object<AuditRow>({
        seq: { ...whole, description: 'From 1, without gaps' },
        at: instant,
        subject: { ...text, example: 'key:tax-office' },
        action: { ...text, example: 'GET /v1/persons/:person/answer' },
        person: { type: ['string', 'null'] },
        basis: { type: ['string', 'null'], description: 'The query; what could be personal is left out' },
        outcome: { ...text, description: 'The status, and the kind of the problem', example: '403 forbidden' },
        correlation: text,
        hash: { ...text, description: 'SHA-256 over the hash of the row before and everything in this one' },
      }),
    ),
    next: { type: ['string', 'null'], description: 'Where the next page is; null at the end' },
  }),
};
