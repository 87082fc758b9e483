/** What the commands about access say, in both languages. */
interface AccessWords {
  made(id: string, key: string): string;
  none: string;
  never: string;
  live: string;
  expired: string;
  revoked: string;
  ended(id: string): string;
  noneToEnd(id: string): string;
  /** Id, name, roles, regions, state, last use. */
  columns: string[];
  /** Number, time, subject, action, person, basis, outcome, request. */
  auditColumns: string[];
  noRows: string;
  whole(rows: number): string;
  broken(rows: number): string;
  head: string;
}

const en: AccessWords = {
  made: (id, key) => `Key ${id}. It is shown this once:\n${key}\n`,
  none: 'There is no key',
  never: 'never',
  live: 'live',
  expired: 'expired',
  revoked: 'revoked',
  ended: (id) => `The key ${id} opens nothing any more`,
  noneToEnd: (id) => `there is no key ${id}, or it had ended`,
  columns: ['id', 'name', 'roles', 'regions', 'state', 'last used'],
  auditColumns: ['row', 'time', 'subject', 'action', 'person', 'basis', 'outcome', 'request'],
  noRows: 'There are no such rows',
  whole: (rows) => `${rows} rows, each as it was written`,
  broken: (rows) => `${rows} rows; the trail is not whole`,
  head: 'Head (note it elsewhere):',
};

const zh: AccessWords = {
  made: (id, key) => `密钥 ${id}，仅显示这一次：\n${key}\n`,
  none: '没有密钥',
  never: '从未使用',
  live: '有效',
  expired: '已过期',
  revoked: '已吊销',
  ended: (id) => `密钥 ${id} 已吊销，立即失效`,
  noneToEnd: (id) => `没有密钥 ${id}，或已吊销`,
  columns: ['编号', '名称', '角色', '地区', '状态', '最近使用'],
  auditColumns: ['序号', '时间', '主体', '操作', '人员', '依据', '结果', '请求'],
  noRows: '没有符合条件的记录',
  whole: (rows) => `共 ${rows} 条，全部完好`,
  broken: (rows) => `共 ${rows} 条，审计记录不完整`,
  head: '末条（请另行记录）：',
};

export const accessWords: Readonly<Record<'zh' | 'en', AccessWords>> = { zh, en };
