/** The longest line or record that is read, in characters: what is longer is no row, and must not fill the memory. */
export const LONGEST_RECORD = 1_000_000;

/** How much of a record that is too long is kept to be shown. */
export const SHOWN_OF_TOO_LONG = 1_000;

export const tooLong = `longer than ${LONGEST_RECORD} characters; only its beginning is kept`;
