import { dayNumber, monthNumber, toDay, toMonth, firstDayOf } from '../../calendar';
import type { Timeline, TimelineState } from '../timeline';
import { fieldsWords, spanWords, streamWords, term, type Language, type Speech } from '../words';
import { EventNumbers } from './event-numbers';
import { escaped, heading, instantWords, plain, printablePage, table } from './html';

const WIDTH = 900;
const LEFT = 140;
const ROW = 22;

/** The timeline for print: what holds when (across) as it was known when (down), then every event. */
export function timelinePage(timeline: Timeline, speech: Speech): string {
  const { language: lang, region } = speech;
  const zh = lang === 'zh';
  const { person, validOn, events, states } = timeline;
  const place = region(timeline.region);
  const title = zh ? `参保与待遇时间线 ${person}` : `Timeline of ${person}`;
  const moments = drawnTogether(states);
  const many = moments.length > ROWS_DRAWN;
  const numbers = new EventNumbers(events.map(({ id }) => id));
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<p>${escaped(zh ? `统筹地区：${place}；所问日期：${validOn}` : `Region: ${place}; asked about: ${validOn}`)}</p>`,
    heading(1, zh ? '各时点所知的待遇期间' : 'Spans as each moment knew them', lang),
    `<p class="muted">${zh ? '横向为事实生效的日期，纵向为记录的时间。实心：可享受待遇；虚线框：等待期；圆点：当时所记录事件的生效日；红色竖线：所问日期。结果相同或只随当月缴费顺延的相邻时点合为一行。' : 'Across: when it holds; down: when it was recorded. Solid: covered; dashed: waiting; dots: the days of the events recorded then; red line: the day asked about. Moments that change nothing, or only lengthen the last span, are drawn in one row.'}</p>`,
    chart(timeline, moments.slice(-ROWS_DRAWN), zh),
    many
      ? `<p class="muted">${zh ? `图中只画最近 ${ROWS_DRAWN} 行，全部见下表。` : `The last ${ROWS_DRAWN} rows are drawn; the table has all.`}</p>`
      : '',
    heading(2, zh ? '各时点的结果' : 'What was held at each moment', lang),
    table(
      zh ? ['记录时间', '待遇', '等待期', '待遇享受期间'] : ['Recorded', 'Benefits', 'Waiting', 'Coverage'],
      moments.map(({ first, state }) => [
        escaped(momentWords(first, state.knownAt, lang)),
        escaped(term(state.benefit.status, lang, 'status')),
        spans(state.waitingPeriods, speech),
        spans(state.coverage, speech),
      ]),
      ['when', 'state', '', ''],
    ),
    heading(3, zh ? '全部事件' : 'Every event', lang),
    table(
      zh
        ? ['序号', '事件', '生效日', '记录时间', '内容与编号']
        : ['No.', 'Event', 'Holds on', 'Recorded', 'Content and id'],
      events.map(({ effectiveOn, recordedAt, lateDays, type, id, data, amendedBy, stream }) => [
        String(numbers.of(id)),
        `${escaped(term(type, lang))}${stream === `person-${person}` ? '' : `<br><span class="muted">${escaped(streamWords(stream, speech))}</span>`}`,
        escaped(effectiveOn),
        `${escaped(instantWords(recordedAt))}${lateDays > 0 ? `<br><span class="muted">${zh ? `迟 ${lateDays} 天` : `${lateDays} days late`}</span>` : ''}`,
        [
          escaped(fieldsWords(data, speech)),
          ...(amendedBy.length > 0
            ? [
                `<span class="muted">${escaped(zh ? `经${amendedBy.map((one) => numbers.word(one, lang)).join('、')}更正或撤销` : `amended by ${amendedBy.map((one) => numbers.word(one, lang)).join(', ')}`)}</span>`,
              ]
            : []),
          `<span class="id">${escaped(id)}</span>`,
        ]
          .filter((line) => line !== '')
          .join('<br>'),
      ]),
      ['narrow', 'event', 'day', 'instant', 'content'],
    ),
  ];
  return printablePage(title, lang, body.join('\n'));
}

const ROWS_DRAWN = 60;

/** A row of the chart: moments that tell the same, or only lengthen the last span. */
interface Moment {
  /** The first moment of the row; its state is that of the last. */
  first: string;
  state: TimelineState;
}

function drawnTogether(states: readonly TimelineState[]): Moment[] {
  const moments: Moment[] = [];
  for (const state of states) {
    const last = moments.at(-1);
    if (last && isContinued(last.state, state)) {
      const events = [...last.state.events, ...state.events];
      moments[moments.length - 1] = { first: last.first, state: { ...state, events } };
    } else moments.push({ first: state.knownAt, state });
  }
  return moments;
}

/** Whether the later state says the same of every span, but for the last one’s end. */
function isContinued(before: TimelineState, after: TimelineState): boolean {
  const plain = ({ coverage, waitingPeriods }: TimelineState) => {
    const ends = coverage.map(({ scheme, region, from, through, restored }, at) => [
      scheme,
      region,
      from,
      at === coverage.length - 1 ? '' : through,
      restored,
    ]);
    return JSON.stringify([ends, waitingPeriods]);
  };
  const grown = (after.coverage.at(-1)?.through ?? '9') >= (before.coverage.at(-1)?.through ?? '9');
  return before.benefit.status === after.benefit.status && plain(before) === plain(after) && grown;
}

function momentWords(first: string, last: string, lang: Language): string {
  return first === last ? instantWords(first) : spanWords(first.slice(0, 10), last.slice(0, 10), { language: lang });
}

function spans(list: readonly { scheme: string; from: string; through?: string }[], speech: Speech): string {
  return list
    .map(({ scheme, from, through }) => escaped(`${term(scheme, speech.language)} ${spanWords(from, through, speech)}`))
    .join('<br>');
}

function chart({ events, validOn }: Timeline, moments: readonly Moment[], zh: boolean): string {
  if (moments.length === 0) return '';
  const states = moments.map(({ state }) => state);
  const named = [
    validOn,
    ...events.map(({ effectiveOn }) => effectiveOn),
    ...states.flatMap(({ coverage, waitingPeriods }) =>
      [...coverage, ...waitingPeriods].flatMap(({ from, through }) => [from, through ?? from]),
    ),
  ].map(dayNumber);
  const first = Math.min(...named);
  const last = Math.max(...named, first + 30);
  const x = (day: number) =>
    LEFT + ((Math.min(Math.max(day, first), last) - first) / (last - first)) * (WIDTH - LEFT - 10);
  const height = 24 + states.length * ROW + 6;
  const dayOf = new Map(events.map(({ id, effectiveOn }) => [id, dayNumber(effectiveOn)]));
  const rows = moments.map((moment, index) => row(moment, 24 + index * ROW, x, dayOf, last)).join('\n');
  const line = x(dayNumber(validOn)).toFixed(1);
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${zh ? '两条时间轴' : 'two axes of time'}" font-size="10" font-family="sans-serif">
${years(first, last)
  .map(
    (day) =>
      `<line x1="${x(day).toFixed(1)}" y1="14" x2="${x(day).toFixed(1)}" y2="${height}" stroke="#ddd"/><text x="${(x(day) + 2).toFixed(1)}" y="12" fill="#555">${toDay(day).slice(0, 4)}</text>`,
  )
  .join('\n')}
${rows}
<line x1="${line}" y1="14" x2="${line}" y2="${height}" stroke="#c00" stroke-dasharray="4 3"/>
</svg>`;
}

function row(
  { first, state: { knownAt, coverage, waitingPeriods, events } }: Moment,
  y: number,
  x: (day: number) => number,
  dayOf: ReadonlyMap<string, number>,
  last: number,
): string {
  const bar = ({ from, through }: { from: string; through?: string }, style: string) => {
    const left = x(dayNumber(from));
    const right = x(through === undefined ? last : dayNumber(through) + 1);
    return `<rect x="${left.toFixed(1)}" y="${y + 5}" width="${Math.max(1, right - left).toFixed(1)}" height="${ROW - 10}" ${style}/>`;
  };
  const dots = events.flatMap((id) => {
    const day = dayOf.get(id);
    return day === undefined ? [] : [`<circle cx="${x(day).toFixed(1)}" cy="${y + ROW / 2}" r="3" fill="#111"/>`];
  });
  return [
    `<text x="2" y="${y + ROW / 2 + 4}" fill="#333">${plain(first === knownAt ? knownAt.slice(0, 16).replace('T', ' ') : `${first.slice(0, 10)} – ${knownAt.slice(0, 10)}`)}</text>`,
    `<line x1="${LEFT}" y1="${y + ROW}" x2="${WIDTH}" y2="${y + ROW}" stroke="#eee"/>`,
    ...coverage.map((span) => bar(span, 'fill="#4a7"')),
    ...waitingPeriods.map((span) => bar(span, 'fill="#fff" stroke="#c70" stroke-dasharray="3 2"')),
    ...dots,
  ].join('');
}

/** The first days of the years within, at most some twenty of them. */
function years(first: number, last: number): number[] {
  const days: number[] = [];
  const from = monthNumber(toDay(first).slice(0, 7));
  const through = monthNumber(toDay(last).slice(0, 7));
  const step = Math.max(1, Math.ceil((through - from) / 12 / 20)) * 12;
  for (let month = from - (from % 12) + 12; month <= through; month += step)
    days.push(firstDayOf(monthNumber(toMonth(month))));
  return days;
}
