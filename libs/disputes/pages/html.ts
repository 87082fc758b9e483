/** Text that stands in a page as it is. */
export function escaped(text: unknown): string {
  return String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A whole page in A4, readable without anything fetched. `body` is HTML. */
export function printablePage(title: string, lang: 'zh' | 'en', body: string): string {
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]) => row.map((cell) => `<${tag}>${cell}</${tag}>`).join('');
  return `<table><thead><tr>${cells('th', head.map(escaped))}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells('td', row)}</tr>`)
    .join('\n')}</tbody></table>`;
}

const STYLE = `
@page { size: A4; margin: 18mm 16mm; }
body { font: 10.5pt/1.6 "Songti SC", SimSun, "Noto Serif CJK SC", "WenQuanYi Zen Hei", serif; color: #111; max-width: 178mm; margin: 8mm auto; }
h1 { font-size: 18pt; text-align: center; margin: 0 0 6mm; }
h2 { font-size: 12.5pt; border-bottom: 0.3mm solid #555; margin: 7mm 0 2mm; break-after: avoid; }
table { border-collapse: collapse; width: 100%; margin: 2mm 0; }
th, td { border: 0.2mm solid #888; padding: 1mm 1.6mm; text-align: left; vertical-align: top; }
th { background: #f0f0f0; font-weight: 600; }
tr, li { break-inside: avoid; }
code, .id { font: 8.5pt/1.4 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.verdict { font-size: 13pt; font-weight: 600; }
.muted { color: #555; }
svg { width: 100%; height: auto; }
`;
