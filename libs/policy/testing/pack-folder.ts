import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of packs on disk, by file: `{ 'CN/1.yaml': '…' }`. Removed with `remove`. */
export interface PackFolder {
  path: string;
  write(file: string, text: string): void;
  remove(): void;
}

export function packFolder(files: Readonly<Record<string, string>>): PackFolder {
  const path = mkdtempSync(join(tmpdir(), 'packs-'));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  return { path, write, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A national pack with the words of two unclear clauses and no value of its own. */
export const nationalPack = `pack: CN
version: "1"
region: "000000"
name: { zh: 国家, en: National }
document: 国家
source: complete
effective: { from: 1900-01-01 }
schemes: [employee, resident]
readingTexts:
  A-01:
    zh: 缴费当日是否为等待期第一天
    en: Whether the payment day is the first day of the waiting period
    choices:
      A: { zh: 是, en: it is }
      B: { zh: 次日起算, en: the day after is }
  A-11:
    zh: 出生当日是否计入期限
    en: Whether the day of birth counts
    choices:
      A: { zh: 不计, en: it does not }
      B: { zh: 计入, en: it does }
`;

/** The header of an invented province; more keys follow. */
export const provinceHeader = `pack: 990000-huangtian
version: "2026-01-01"
region: "990000"
inherits: CN
name: { zh: 荒田省, en: Huangtian }
document: 荒医保〔2025〕7号
source: complete
effective: { from: 2026-01-01 }
schemes: [employee, resident]
`;

/** The header of an invented city below it. */
export const cityHeader = `pack: 990100-zhongzhou
version: "2026-01-01"
region: "990100"
inherits: 990000-huangtian
name: { zh: 中洲市, en: Zhongzhou }
document: 中洲 2026
source: complete
effective: { from: 2026-01-01 }
schemes: [employee, resident]
`;
