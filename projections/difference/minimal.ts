/**
 * A part of the set for which `holds` is true and of which no single item can be left out (delta debugging: big pieces
 * first, then quarters of them, until a round of single items leaves nothing out). `holds` must be true of the whole set; it
 * need not be monotonic. Where most of the set is needed, begin with pieces of one.
 */
export function minimal<T>(
  set: readonly T[],
  holds: (part: readonly T[]) => boolean,
  pieces: number = set.length,
): T[] {
  let kept = [...set];
  let size = pieces;
  while (kept.length > 0) {
    let leftOut = false;
    for (let start = 0; start < kept.length;) {
      const rest = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (holds(rest)) {
        kept = rest;
        leftOut = true;
      } else start += size;
    }
    if (size > 1) size = Math.ceil(Math.min(size, kept.length) / 4);
    else if (!leftOut) break;
  }
  return kept;
}
