import { OPEN, intersect, subtract, toDay } from '../../libs/calendar';
import { poolOf } from '../../libs/policy/evaluation';
import type { Inquiry } from '../inquiry';
import type { Stretch } from './build';
import type { PausedDays } from './timeline';

/**
 * Takes official pauses out of the coverage: an employer's arrears, and a duplicate in another pooling area from its
 * detection until it is resolved. Resolved in the region's favour, the paused days are given back (TL-4.6).
 */
export function pauses(
  inquiry: Inquiry,
  stretches: readonly Stretch[],
  arrears: readonly PausedDays[],
): { covered: Stretch[]; paused: PausedDays[] } {
  const paused: PausedDays[] = [...arrears];
  let covered = stretches.flatMap((stretch) =>
    subtract(
      stretch,
      stretch.scheme === 'employee' && !stretch.restored && !(stretch.basis === 'retiree' && excepted(inquiry, stretch))
        ? arrears.filter(({ region }) => poolOf(region) === poolOf(stretch.region))
        : [],
    ),
  );

  const detections = inquiry.facts('DuplicateDetected');
  if (detections.length === 0) return { covered, paused };
  const outcomes = [...inquiry.facts('DuplicateResolved'), ...inquiry.facts('DuplicateElected')].sort(
    (a, b) => a.day - b.day,
  );
  for (const detected of detections) {
    const pools = new Set(detected.data.relations.map(({ region }) => poolOf(region)));
    if (pools.size < 2) continue;
    for (const relation of detected.data.relations) {
      const rule = inquiry.read('duplicates.crossRegionPause', relation.region, detected.day);
      if (!rule.known || !rule.value) continue;
      const resolved = outcomes.find(({ day, type }) => day >= detected.day && type === 'DuplicateResolved');
      const span = { from: detected.day, through: resolved ? resolved.day - 1 : OPEN };
      const kept =
        resolved !== undefined &&
        poolOf(resolved.data.retained.region) === poolOf(relation.region) &&
        resolved.data.retained.scheme === relation.scheme;
      const events = [...detected.events, ...(resolved?.events ?? [])];
      const here = (stretch: Stretch) =>
        poolOf(stretch.region) === poolOf(relation.region) && stretch.scheme === relation.scheme;
      covered = covered.flatMap((stretch) => {
        if (!here(stretch)) return [stretch];
        const within = intersect(stretch, span);
        const outside = subtract(stretch, [span]);
        const given = kept && within ? [{ ...stretch, ...within, restored: true, rule: rule.rule }] : [];
        const ends =
          resolved && !kept
            ? outside.flatMap((part) => subtract(part, [{ from: resolved.day, through: OPEN }]))
            : outside;
        return [...ends, ...given];
      });
      if (!kept) {
        const { scheme, region } = relation;
        paused.push({ scheme, region, ...span, duplicate: true, rule: rule.rule, events });
      }
      inquiry.because(() => ({
        claim: 'benefit',
        rule: rule.rule,
        events,
        zh: kept
          ? `跨统筹区重复参保，自 ${toDay(detected.day)} 起暂停待遇；${toDay(resolved.day)} 确定保留本地参保关系，暂停期间待遇恢复支付。`
          : `跨统筹区重复参保，自 ${toDay(detected.day)} 起暂停待遇${resolved ? `；${toDay(resolved.day)} 未保留本地参保关系，不再恢复` : '，待确定保留的参保关系'}。`,
        en: kept
          ? `A duplicate in another pooling area paused the benefits from ${toDay(detected.day)}; the local relation was retained on ${toDay(resolved.day)}, so the paused days are paid.`
          : `A duplicate in another pooling area pauses the benefits from ${toDay(detected.day)}${resolved ? `; the local relation was not retained on ${toDay(resolved.day)}` : ' until it is resolved'}.`,
      }));
    }
  }
  return { covered, paused };
}

/** Retirees do not depend on the employer's payments, unless the region's rule says that they do (JL-24.2). */
function excepted(inquiry: Inquiry, stretch: Stretch): boolean {
  const rule = inquiry.read('arrears.retireesExcepted', stretch.region, stretch.from);
  return !rule.known || rule.value;
}
