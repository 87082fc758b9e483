import type { Column, Row } from '../report';
import { basisLines, readable, titleOf, type Sheet, type Sink } from './sheet';

/** A page to read and to print; nothing in it is fetched from anywhere. */
export async function writeHtml(sheet: Sheet, sink: Sink): Promise<void> {
  const { report, rows, language } = sheet;
  const { columns } = report;
  const lines = basisLines(sheet).slice(1);
  await sink.write(`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(report.title[language])}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(report.title[language])}</h1>
<p>${escaped(report.about[language])}</p>
<dl>${lines.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>
<table>
<thead><tr>${columns.map((column) => `<th${numeric(column)}>${escaped(titleOf(column, language))}</th>`).join('')}</tr></thead>
<tbody>
`);
  let count = 0;
  let piece: string[] = [];
  for await (const row of rows) {
    count += 1;
    piece.push(rowOf(columns, row, sheet));
    if (piece.length < ROWS_AT_ONCE) continue;
    await sink.write(piece.join(''));
    piece = [];
  }
  const none = language === 'zh' ? '没有记录。' : 'Nothing to show.';
  const rowsTold = language === 'zh' ? `共 ${count} 行。` : `${count} rows.`;
  await sink.write(`${piece.join('')}</tbody>\n</table>\n<p>${count === 0 ? none : rowsTold}</p>\n</body>\n</html>\n`);
}

const ROWS_AT_ONCE = 500;
const STYLE = `
body{font:14px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem;margin:0 0 .5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:1rem 0}
dt{color:#595959}dd{margin:0}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #d9d9d9;padding:.3rem .6rem;text-align:left;vertical-align:top}
th{border-bottom:2px solid #595959}
.n{text-align:right;font-variant-numeric:tabular-nums}
@media print{body{margin:0;font-size:11px}thead{display:table-header-group}tr{break-inside:avoid}@page{size:A4 landscape;margin:12mm}}
`;

function rowOf(columns: readonly Column[], row: Row, sheet: Sheet): string {
  const cells = columns.map((column) => `<td${numeric(column)}>${escaped(readable(sheet, column, row))}</td>`);
  return `<tr>${cells.join('')}</tr>\n`;
}

function numeric({ kind }: Column): string {
  return kind === 'count' || kind === 'fen' ? ' class="n"' : '';
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
