/** What the start says, in both languages. */
interface StartWords {
  importing(count: number): string;
  imported(events: number, refused: number, seconds: string): string;
  fileProgress(name: string, rows: number, events: number): string;
  refusedRows(name: string, rows: number, file: string): string;
  noSamples: string;
  tables: string;
  noTables: string;
  listening(url: string): string;
  docs(url: string): string;
  tokenMade(token: string, file: string): string;
  tokenKept(file: string): string;
  keyMade(file: string): string;
  examples: string;
}

const en: StartWords = {
  importing: (count) => `New data folder: importing ${count} sample files (LEDGER_SAMPLES=off leaves them out)`,
  imported: (events, refused, seconds) =>
    `Imported ${events} events in ${seconds} s; ${refused} rows were refused on purpose`,
  fileProgress: (name, rows, events) => `  ${name}: ${rows} rows, ${events} events`,
  refusedRows: (name, rows, file) => `  ${name}: ${rows} rows refused, with reasons in ${file}`,
  noSamples: 'There are no sample files; the ledger starts empty',
  tables: 'The tables of the reports are filled',
  noTables: 'The tables of the reports cannot be filled yet; it is tried again, the log says why',
  listening: (url) => `The ledger listens on ${url}`,
  docs: (url) => `Documentation of the API: ${url}`,
  tokenMade: (token, file) => `Token (made now, kept in ${file}): ${token}`,
  tokenKept: (file) => `Token: as before, in ${file}`,
  keyMade: (file) =>
    `Key of the identity vault (made now): ${file}; keep a copy elsewhere, without it no identity can be read`,
  examples: 'Three questions to begin with:',
};

const zh: StartWords = {
  importing: (count) => `新的数据目录：导入 ${count} 个样例文件（LEDGER_SAMPLES=off 可跳过）`,
  imported: (events, refused, seconds) =>
    `已导入 ${events} 个事件，用时 ${seconds} 秒；样例中故意放入的 ${refused} 行错误数据被退回`,
  fileProgress: (name, rows, events) => `  ${name}：${rows} 行，${events} 个事件`,
  refusedRows: (name, rows, file) => `  ${name}：退回 ${rows} 行，原因见 ${file}`,
  noSamples: '没有样例文件，台账从空白开始',
  tables: '报表数据已就绪',
  noTables: '报表数据暂时无法生成，系统会继续重试，原因见日志',
  listening: (url) => `台账服务地址：${url}`,
  docs: (url) => `接口文档：${url}`,
  tokenMade: (token, file) => `访问令牌（刚刚生成，保存在 ${file}）：${token}`,
  tokenKept: (file) => `访问令牌：沿用 ${file} 中的令牌`,
  keyMade: (file) => `身份信息库密钥（刚刚生成）：${file}；请另存一份，丢失后身份信息将无法读取`,
  examples: '可以先问三个问题：',
};

export const startWords: Readonly<Record<'zh' | 'en', StartWords>> = { zh, en };
