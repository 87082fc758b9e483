import type { Language } from '../words';

/** Text that stands in a page as it is, days, months and rules of it unbroken. */
export function escaped(text: unknown): string {
  return plain(text).replace(UNBROKEN, '<span class="nb">$&</span>');
}

/** Text where no elements may stand, as in a title or a drawing. */
export function plain(text: unknown): string {
  return String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const UNBROKEN = /(?<![\w-])(?:\d{4}-\d\d(?:-\d\d)?|[A-Z]{1,3}-\d[\w.]*)(?![\w-])/g;

/** A whole page in A4, readable without anything fetched: it may load nothing and run nothing. `body` is HTML. */
export function printablePage(title: string, lang: Language, body: string): string {
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">
<title>${plain(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** What a page may do: show itself. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The heading of a numbered section. */
export function heading(number: number, text: string, lang: Language): string {
  const numeral = lang === 'zh' ? `${NUMERALS[number] ?? number}、` : `${number}. `;
  return `<h2>${numeral}${escaped(text)}</h2>\n`;
}

const NUMERALS = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/** A table; the cells are HTML. `classes` are those of the columns. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  classes: readonly string[] = [],
): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]) =>
    row.map((cell, at) => `<${tag}${classes[at] ? ` class="${classes[at]}"` : ''}>${cell}</${tag}>`).join('');
  return `<table><thead><tr>${cells('th', head.map(escaped))}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells('td', row)}</tr>`)
    .join('\n')}</tbody></table>`;
}

/** A table of names and what is said of them. */
export function rowsTable(rows: readonly (readonly [name: string, html: string])[]): string {
  return `<table class="rows"><tbody>${rows
    .map(([name, html]) => `<tr><th>${escaped(name)}</th><td>${html}</td></tr>`)
    .join('\n')}</tbody></table>`;
}

/** An instant of the ledger as a clock shows it in China: `2022-10-12 09:00:00`. */
export function instantWords(instant: string): string {
  const [, day, time, offset] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(.*)$/.exec(instant) ?? [];
  if (day === undefined || time === undefined) return instant;
  return `${day} ${time}${offset === '+08:00' ? '' : ` ${offset}`}`;
}

const STYLE = `
@page { size: A4; margin: 18mm 16mm 20mm; @bottom-center { content: counter(page) " / " counter(pages); font-size: 8.5pt; color: #555; } }
body { font: 10.5pt/1.55 "Songti SC", SimSun, "Noto Serif CJK SC", "Source Han Serif SC", "WenQuanYi Zen Hei", serif; color: #111; max-width: 178mm; margin: 8mm auto; }
@media print { body { margin: 0; max-width: none; } }
h1 { font-size: 18pt; text-align: center; margin: 0 0 6mm; letter-spacing: 0.05em; }
h2 { font-size: 12.5pt; margin: 7mm 0 2mm; break-after: avoid; }
p { margin: 1.5mm 0; }
table { border-collapse: collapse; width: 100%; margin: 2mm 0; }
th, td { border: 0.2mm solid #888; padding: 1mm 1.6mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #f0f0f0; font-weight: 600; }
thead { display: table-header-group; }
.rows th { width: 28mm; white-space: nowrap; }
th.narrow, td.narrow { width: 11mm; }
th.causes, td.causes { width: 16mm; }
th.event, td.event { width: 24mm; }
th.day, td.day { width: 21mm; white-space: nowrap; }
th.instant, td.instant { width: 23mm; }
th.when, td.when { width: 40mm; }
th.state, td.state { width: 26mm; }
tr, li { break-inside: avoid; }
ol.reasons > li, ol.causes > li { margin: 1.2mm 0; }
code, .id { font: 8pt/1.4 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.nb { white-space: nowrap; }
td.content { font-size: 9pt; line-height: 1.4; }
.verdict { font-size: 12pt; font-weight: 600; }
.muted { color: #555; font-size: 9.5pt; }
.signatures { display: flex; flex-wrap: wrap; gap: 10mm 0; margin-top: 14mm; break-inside: avoid; }
.signatures span { flex: 0 0 50%; }
svg { width: 100%; height: auto; }
`;
