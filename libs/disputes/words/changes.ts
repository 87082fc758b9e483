import type { Attributed, Cause } from '../../../projections/difference';
import { answerWords, type Speech } from './items';
import { term, type Language } from './terms';

/** A path of the answer in words: `contribution.total`. */
function pathWords(at: string, language: Language): string {
  return at
    .split('.')
    .map((name) => term(name, language))
    .join(language === 'zh' ? '·' : ': ');
}

/** A change: what was, and what is. */
export function changeWords({ at, from, to }: Pick<Attributed, 'at' | 'from' | 'to'>, speech: Speech): string {
  const zh = speech.language === 'zh';
  const path = pathWords(at, speech.language);
  // A figure is or is not said; an item of a list is new or gone.
  const item = typeof (to ?? from) === 'object';
  if (item && from === undefined) return `${path}${zh ? '：新增 ' : ': new: '}${answerWords(at, to, speech)}`;
  if (item && to === undefined) return `${path}${zh ? '：不再有 ' : ': gone: '}${answerWords(at, from, speech)}`;
  return `${path}${zh ? '：' : ': '}${answerWords(at, from, speech)} → ${answerWords(at, to, speech)}`;
}

/** A cause, with the event it stands on; `named` says how an event is referred to, by its id where it is left out. */
export function causeWords(cause: Cause, speech: Speech, named?: (event: string) => string): string {
  const zh = speech.language === 'zh';
  const place = (code: string | undefined) =>
    code === undefined ? (zh ? '本人关系所在地' : 'his own') : speech.region(code);
  switch (cause.kind) {
    case 'pack': {
      const versions = (list: typeof cause.from) =>
        list.map(({ version, sha256 }) => `${version} (${sha256.slice(0, 12)})`).join('、') || '—';
      return `${zh ? '政策包版本' : 'pack version of'} ${place(cause.region)}${zh ? '：' : ': '}${versions(cause.from)} → ${versions(cause.to)}`;
    }
    case 'reading':
      return zh
        ? `条款理解 ${cause.reading}：${cause.from ?? '默认'} → ${cause.to ?? '默认'}`
        : `reading ${cause.reading}: ${cause.from ?? 'default'} → ${cause.to ?? 'default'}`;
    case 'day':
      return zh ? `所问日期：${cause.from} → ${cause.to}` : `the day asked about: ${cause.from} → ${cause.to}`;
    case 'region':
      return zh
        ? `所问地区：${place(cause.from)} → ${place(cause.to)}`
        : `the region asked about: ${place(cause.from)} → ${place(cause.to)}`;
    default:
      return eventCauseWords(cause, zh, named ?? ((event) => (zh ? `事件 ${event}` : `event ${event}`)));
  }
}

const KINDS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  lateFact: ['迟到的事实', 'a fact that came late'],
  newFact: ['后来发生的事实', 'a fact that happened since'],
  correction: ['更正', 'a correction'],
  voiding: ['撤销', 'a voiding'],
  ruling: ['裁定', 'a ruling'],
};

function eventCauseWords(
  cause: Extract<Cause, { event: string }>,
  zh: boolean,
  named: (event: string) => string,
): string {
  const { kind, type, effectiveOn, recordedAt, event, applied } = cause;
  const [chinese, english] = KINDS[kind]!;
  const on = recordedAt.slice(0, 10);
  const more =
    'target' in cause
      ? zh
        ? `，针对${named(cause.target)}`
        : `, of ${named(cause.target)}`
      : 'choice' in cause
        ? zh
          ? `，${cause.reading} 按 ${cause.choice} 理解`
          : `, ${cause.reading} read as ${cause.choice}`
        : '';
  return zh
    ? `${applied === 'removed' ? '当时尚不知道的' : ''}${chinese}：${term(type, 'zh')}，${effectiveOn} 生效，${on} 记录${more}（${named(event)}）`
    : `${applied === 'removed' ? 'not known then: ' : ''}${english}: ${term(type, 'en')} of ${effectiveOn}, recorded on ${on}${more} (${named(event)})`;
}
