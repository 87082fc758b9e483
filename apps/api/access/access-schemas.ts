import { roles, type AuditRow } from '../../../libs/access';
import {
  anything,
  day,
  eventId,
  flag,
  instant,
  list,
  object,
  one,
  optional,
  record,
  ref,
  region,
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

const shownKey: Record<string, Schema> = {
  id: { ...text, pattern: '^[0-9a-f]{16}$' },
  name: { ...text, description: 'An account or program; keys of one name are one subject', example: 'tax-office' },
  roles: list(one(roles)),
  regions: { oneOf: [{ ...text, const: 'all' }, list(region)], description: 'Whose people it may see and write for' },
  state: one(['live', 'expired', 'revoked']),
  made: instant,
  expires: instant,
  revoked: instant,
  lastUsed: { ...instant, description: 'To the minute' },
};
const whileLive = ['expires', 'revoked', 'lastUsed'];

/** The schemas of what is said about changes that need a second person, and of the audit trail. */
export const accessSchemas: Record<string, Schema> = {
  Change: object<Change & { impact?: unknown; dryRun?: true }>({
    ...change,
    dryRun: optional({ ...flag, description: 'Nothing was recorded; this is how it would be' }),
    impact: optional({ ...ref('Impact'), description: 'While it is pending: what it would change for the person' }),
  }),
  ChangePage: object<{ changes: Change[]; next: string | null }>({
    changes: list(ref('Change')),
    next: { type: ['string', 'null'], description: 'Where the next page is; null at the end' },
  }),
  NewKey: record(
    {
      name: shownKey['name']!,
      roles: list(one(roles), { minItems: 1 }),
      regions: { oneOf: [{ ...text, const: 'all' }, list(region, { minItems: 1 })] },
      expires: { ...day, description: 'The last day on which it opens anything', example: '2199-12-31' },
    },
    ['expires'],
  ),
  RotateKey: record(
    { oldForHours: { ...whole, minimum: 0, maximum: 720, description: 'How long the one before still opens' } },
    ['oldForHours'],
  ),
  Key: record(shownKey, whileLive),
  KeyList: record({ keys: list(ref('Key')) }),
  MadeKey: record({ ...shownKey, key: { ...text, description: 'What opens; shown this once' }, dryRun: flag }, [
    ...whileLive,
    'key',
    'dryRun',
  ]),
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
