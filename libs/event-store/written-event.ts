import type { JsonObject, NewEvent } from './port';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the id is a UUID in the form in which stores keep it. */
export function isStoredId(id: string): boolean {
  return uuid.test(id);
}

/**
 * An event whose data and metadata are JSON text already, for whoever writes many and has checked them: no store checks or
 * serialises them again. The id must be one that `isStoredId` lets pass, the texts what `JSON.stringify` makes of objects that an
 * append of plain events would take.
 */
export class WrittenEvent implements NewEvent {
  constructor(
    readonly id: string,
    readonly type: string,
    public recordedAt: string,
    readonly dataText: string,
    readonly metadataText: string,
  ) {}

  /** Read anew at every call, so that nobody pays for it who does not look. */
  get data(): JsonObject {
    return JSON.parse(this.dataText) as JsonObject;
  }

  get metadata(): JsonObject {
    return JSON.parse(this.metadataText) as JsonObject;
  }
}
