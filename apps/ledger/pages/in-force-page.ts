import type { InForce, KeyInForce } from '../../../libs/policy';
import type { Language } from '../terminal';
import { word } from './words';

/** What is in force in a region on a day: each value with its rule and citation, then what the document leaves open. */
export function inForcePage({ region, day, pack, firstDay, keys }: InForce, language: Language): string {
  const zh = language === 'zh';
  if (pack === undefined) {
    const first = firstDay === undefined ? '' : zh ? `，最早自 ${firstDay}` : `; the first begins on ${firstDay}`;
    return zh ? `${region}：${day} 没有政策包${first}\n` : `${region}: no pack rules on ${day}${first}\n`;
  }
  const stated = keys.filter(({ form }) => form === 'value');
  const open = keys.filter(({ form }) => form !== 'value' && form !== 'unstated');
  const unstated = keys.filter(({ form }) => form === 'unstated');
  const name = zh ? pack.name.zh : pack.name.en;
  const head = `${name} ${region} · ${pack.id} ${pack.version} · ${day} · sha256 ${pack.sha256.slice(0, 12)}`;
  const parts = [
    head,
    '─'.repeat(60),
    ...stated.map((key) => stateOf(key, zh)),
    ...(open.length > 0
      ? ['', zh ? '文件未给出：' : 'Left open by the document:', ...open.map((key) => gapOf(key, language))]
      : []),
    ...(unstated.length > 0
      ? ['', `${zh ? '政策包未提及' : 'Not mentioned by the pack'}: ${unstated.map(({ key }) => key).join(', ')}`]
      : []),
  ];
  return `${parts.join('\n')}\n`;
}

function stateOf(
  { key, zh, en, unit, value, readings, rule, file, from, through }: KeyInForce,
  chinese: boolean,
): string {
  const shown =
    typeof value === 'object' ? JSON.stringify(value) : `${String(value)}${unit === undefined ? '' : ` ${unit}`}`;
  const span = from === undefined ? '' : ` (${from} – ${through ?? ''})`;
  const lines = [`${key}  ${chinese ? zh : en}`, `    = ${shown}${span}`];
  if (rule)
    lines.push(`    ${rule.id} · ${rule.citation.document} ${rule.citation.article} · ${chinese ? rule.zh : rule.en}`);
  for (const { id, choice, choices } of readings) {
    const text = choices[choice];
    lines.push(`    ${id} = ${choice}${text === undefined ? '' : `: ${chinese ? text.zh : text.en}`}`);
  }
  if (file !== undefined) lines.push(`    ${file}`);
  return lines.join('\n');
}

function gapOf({ key, zh, en, form, needs, rule }: KeyInForce, language: Language): string {
  const parts = [language === 'zh' ? zh : en, word(form, language), needs, rule?.id];
  return `${key}  ${parts.filter((part) => part !== undefined).join(' · ')}`;
}
