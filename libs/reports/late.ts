import type { Day } from '../calendar';
import { column, type Report, type Row, type Tables } from './report';

/** What a person was on a day: his insured relations and his benefit status, in words. */
interface Standing {
  insured: boolean;
  relations: string;
  benefit: string;
}

/** What came late, and why: who stands otherwise on the day than was known at its end. */
export const late: Report = {
  name: 'late',
  title: { zh: '事后到达的事实', en: 'What came late' },
  about: {
    zh: '与当日终了时所知相比，当日状态有变化的人：当时所知、现在所知，以及其间记录的事件（本人无新事件的，为其统筹区和单位的事件）。末行为参保人数变化合计。',
    en: 'Persons who stand otherwise on the day than was known at its end: as known then, as known now, and the events recorded in between, of the person or else of his regions and employers. Closes with what that makes in insured persons.',
  },
  columns: [
    column.word('line', '项目', 'Line'),
    column.count('persons', '参保人数变化', 'Change in insured'),
    column.person(),
    column.text('knownThen', '当时所知', 'As known then'),
    column.text('knownNow', '现在所知', 'As known now'),
    column.text('because', '其间记录的事件', 'Events recorded in between'),
    column.day('recordedFrom', '最早记录于', 'First recorded on'),
  ],
  async *rows(source, { validOn, region }) {
    yield* await source.knownOn(validOn, async (then) => {
      const rows: Row[] = [];
      let change = 0;
      for await (const person of then.touched()) {
        const before = await standingOf(then.tables, person, validOn, region);
        const now = await standingOf(source.tables, person, validOn, region);
        if (before.relations === now.relations && before.benefit === now.benefit) continue;
        const events = await then.lateEvents(person);
        const persons = Number(now.insured) - Number(before.insured);
        change += persons;
        rows.push({
          line: persons > 0 ? 'entry' : persons < 0 ? 'exit' : 'changed',
          persons,
          person,
          knownThen: told(before),
          knownNow: told(now),
          because: events.map(({ type, effectiveOn, id }) => `${type} ${effectiveOn} ${id}`).join('; '),
          recordedFrom: events[0]?.recordedAt.slice(0, 10) ?? null,
        });
      }
      const total = { person: null, knownThen: null, knownNow: null, because: null, recordedFrom: null };
      return [...rows, { line: 'total', persons: change, ...total }];
    });
  },
};

async function standingOf(tables: Tables, person: string, on: Day, region: string | undefined): Promise<Standing> {
  const prefix = region?.replace(/(00)+$/, '') ?? '';
  const relations = await tables
    .selectFrom('relations')
    .select(['scheme', 'region', 'participation', 'status', 'from_day', 'through_day'])
    .where('person', '=', person)
    .where('from_day', '<=', on)
    .orderBy('n')
    .execute();
  const standing = relations.filter((one) => holdsOn(one, on) && one.region.startsWith(prefix));
  const benefits = await tables
    .selectFrom('benefit')
    .select(['status', 'scheme', 'from_day', 'through_day'])
    .where('person', '=', person)
    .where('from_day', '<=', on)
    .execute();
  const benefit = benefits.find((one) => holdsOn(one, on));
  return {
    insured: standing.some(({ status }) => status === 'normal'),
    relations: standing
      .map(({ scheme, region: place, participation, status }) => `${scheme} ${place} ${participation} ${status}`)
      .sort()
      .join('; '),
    benefit:
      standing.length === 0 ? '' : benefit ? [benefit.status, benefit.scheme].filter(Boolean).join(' ') : 'notCovered',
  };
}

function holdsOn({ from_day, through_day }: { from_day: Day; through_day: Day | null }, on: Day): boolean {
  return from_day <= on && (through_day === null || on <= through_day);
}

function told({ relations, benefit }: Standing): string {
  return relations === '' ? '–' : `${relations} → ${benefit}`;
}
