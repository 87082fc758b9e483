/** What an event says of places, as stored or as sent. */
interface Placed {
  type?: unknown;
  data?: unknown;
}

/** Fields of an event's data that name the region of a relation. */
const FIELDS = ['region', 'fromRegion', 'toRegion'] as const;
/** Fields that hold one relation or a list of them. */
const RELATIONS = ['relations', 'retained'] as const;

/**
 * The regions to which an event's person belongs by it: those of relations, payments, transfers and duplicates. Where he lives
 * (`ResidenceChanged`) gives no region a say about him. Reads whatever was sent; what is no text is passed over.
 */
export function regionsNamed({ data }: Placed): string[] {
  if (!isRecord(data)) return [];
  const named = FIELDS.map((field) => data[field]);
  const relations = RELATIONS.flatMap((field) => data[field]).filter(isRecord);
  return [...named, ...relations.map(({ region }) => region)].filter((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
