/** To be stated by the family. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface CareValues {}
