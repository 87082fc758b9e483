import { dayNumber, monthNumber, toDay, toMonth, firstDayOf } from '../../calendar';
import type { Timeline, TimelineState } from '../timeline';
import { term, valueWords, type Language } from '../words';
import { escaped, printablePage, table } from './html';

const WIDTH = 900;
const LEFT = 110;
const ROW = 22;

/** The timeline for print: what holds when (across) as it was known when (down), then every event. */
export function timelinePage(timeline: Timeline, lang: Language): string {
  const zh = lang === 'zh';
  const { person, region, validOn, events, states } = timeline;
  const title = zh ? `时间线 ${person}` : `Timeline of ${person}`;
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<p>${escaped(zh ? `地区 ${region}，所问日期 ${validOn}` : `Region ${region}, asked about ${validOn}`)}</p>`,
    `<h2>${zh ? '各时点所知的待遇期间（横：生效；纵：记录）' : 'Spans as known at each moment (across: when it holds; down: when it was known)'}</h2>`,
    chart(timeline, zh),
    `<p class="muted">${zh ? '实心：可享受待遇；斜线框：等待期；圆点：当时记录的事件的生效日；竖线：所问日期。' : 'Solid: covered; outlined: waiting; dots: the days of the events recorded then; line: the day asked about.'}</p>`,
    `<h2>${zh ? '各时点的结果' : 'What was held at each moment'}</h2>`,
    table(
      zh ? ['记录时间', '待遇', '等待期', '待遇期间'] : ['Known at', 'Benefits', 'Waiting', 'Coverage'],
      states.map((state) => [
        escaped(state.knownAt),
        escaped(term(state.benefit.status, lang)),
        spans(state.waitingPeriods),
        spans(state.coverage),
      ]),
    ),
    `<h2>${zh ? '全部事件' : 'Every event'}</h2>`,
    table(
      zh
        ? ['生效日', '记录时间', '迟（天）', '事件', '内容', '更正或撤销']
        : ['Holds on', 'Recorded', 'Days late', 'Event', 'Content', 'Amended by'],
      events.map(({ effectiveOn, recordedAt, lateDays, type, id, data, amendedBy }) => [
        escaped(effectiveOn),
        escaped(recordedAt),
        String(lateDays),
        `${escaped(term(type, lang))}<br><span class="id">${escaped(id)}</span>`,
        escaped(valueWords(data, lang)),
        `<span class="id">${amendedBy.map(escaped).join('<br>')}</span>`,
      ]),
    ),
  ];
  return printablePage(title, lang, body.join('\n'));
}

function spans(list: readonly { from: string; through?: string }[]): string {
  return list.map(({ from, through = '' }) => `${escaped(from)} – ${escaped(through)}`).join('<br>');
}

function chart({ events, states, validOn }: Timeline, zh: boolean): string {
  if (states.length === 0) return '';
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
  const rows = states.map((state, index) => row(state, 24 + index * ROW, x, dayOf, last)).join('\n');
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
  { knownAt, coverage, waitingPeriods, events }: TimelineState,
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
    `<text x="2" y="${y + ROW / 2 + 4}" fill="#333">${escaped(knownAt.slice(0, 16).replace('T', ' '))}</text>`,
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
