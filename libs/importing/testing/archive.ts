import { crc32, deflateRawSync } from 'node:zlib';

/** A ZIP archive of these parts, made by hand so that it can lie. */
export function zip(
  parts: Record<string, string | Buffer>,
  lies: { bytes?: number; crc?: number; method?: number } = {},
): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(lies.method ?? 8, 4);
    about.writeUInt32LE(lies.crc ?? crc32(content), 10);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(lies.bytes ?? content.length, 18);
    about.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), about, Buffer.from(name), packed]);
    const entry = Buffer.alloc(46);
    entry.write('504b0102', 0, 'hex');
    entry.writeUInt16LE(20, 4);
    about.copy(entry, 6);
    entry.writeUInt32LE(at, 42);
    directory.push(Buffer.concat([entry, Buffer.from(name)]));
    pieces.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...pieces, listed, end]);
}

const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
export const relations = (targets: Record<string, [kind: string, target: string]>) =>
  `<Relationships>${Object.entries(targets)
    .map(([id, [kind, target]]) => `<Relationship Id="${id}" Type="${RELATIONS}/${kind}" Target="${target}"/>`)
    .join('')}</Relationships>`;
/** The parts of a workbook with one sheet. */
export const parts = (sheet: string | Buffer, more: Record<string, string | Buffer> = {}) => ({
  '_rels/.rels': relations({ rId1: ['officeDocument', '/xl/workbook.xml'] }),
  'xl/_rels/workbook.xml.rels': relations({
    a: ['worksheet', 'worksheets/one.xml'],
    b: ['sharedStrings', 'sharedStrings.xml'],
    c: ['styles', 'styles.xml'],
  }),
  'xl/workbook.xml': `<?xml version="1.0"?><x:workbook xmlns:x="x" xmlns:r="r"><x:sheets><x:sheet name="参保 &amp; 缴费" sheetId="3" r:id="a"/></x:sheets></x:workbook>`,
  'xl/worksheets/one.xml': sheet,
  ...more,
});
export const sheetOf = (rows: string) => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;
