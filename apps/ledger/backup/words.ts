import type { Language } from '../terminal';
import type { Manifest } from './manifest';

interface BackupWords {
  copying(name: string, percent: number): string;
  checking(name: string): string;
  damaged(name: string, what: string): string;
  done(folder: string, manifest: Manifest): string;
  whole(contents: { events: number; streams: number; sha256: string }): string;
  evidence(sealed: number, unsealed: number): string;
  evidenceUnchecked: string;
  changed(name: string): string;
  missing(name: string): string;
  otherLog: string;
  readModelAhead(name: string, position: number, events: number): string;
  webhooksAhead(name: string, position: string, events: number): string;
  notErased(name: string, person: string): string;
  notRestored(backup: string): string;
  restored(folder: string): string;
}

const sizes = (files: Manifest['files']) => files.map(({ name, bytes }) => `${name} ${bytes}`).join(', ');

const en: BackupWords = {
  copying: (name, percent) => `${name}: ${percent} %\n`,
  checking: (name) => `${name}: checking the copy\n`,
  damaged: (name, what) => `${name} is damaged: ${what}`,
  done: (folder, { events, streams, logSha256, files }) =>
    `Backup in ${folder}: ${events} events in ${streams} streams, SHA-256 of the log ${logSha256}\n` +
    `Files (bytes): ${sizes(files)}\n` +
    'Keys, tokens and policy packs are not in it: keep them apart.\n',
  whole: ({ events, streams, sha256 }) =>
    `The log is whole: ${events} events in ${streams} streams, SHA-256 ${sha256}\n`,
  evidence: (sealed, unsealed) => `The evidence fits the log: ${sealed} events sealed, ${unsealed} not yet\n`,
  evidenceUnchecked: 'The evidence was not checked: its public key is not known (--key)\n',
  changed: (name) => `${name} is not the file that was backed up: its SHA-256 differs`,
  missing: (name) => `${name} is missing`,
  otherLog: 'the log is not the one that was backed up: its SHA-256 differs',
  readModelAhead: (name, position, events) => `${name} has come to position ${position}, and the log ends at ${events}`,
  webhooksAhead: (name, position, events) =>
    `${name} has sent what lies at position ${position}, and the log ends at ${events}`,
  notErased: (name, person) => `${name} holds ${person}, whose identity was erased as the log says; erase it again`,
  notRestored: (backup) => `${backup} is not restored; nothing was written`,
  restored: (folder) =>
    `Restored to ${folder}. Put the key files that were kept apart (vault.key) there, then start the server with LEDGER_DATA=${folder}\n`,
};

const zh: BackupWords = {
  copying: (name, percent) => `${name}：${percent} %\n`,
  checking: (name) => `${name}：正在核对副本\n`,
  damaged: (name, what) => `${name} 已损坏：${what}`,
  done: (folder, { events, streams, logSha256, files }) =>
    `备份位于 ${folder}：${streams} 个流，${events} 个事件，日志 SHA-256 ${logSha256}\n` +
    `文件（字节）：${sizes(files)}\n` +
    '不含密钥、令牌和政策包，请另行保存。\n',
  whole: ({ events, streams, sha256 }) => `日志完整：${streams} 个流，${events} 个事件，SHA-256 ${sha256}\n`,
  evidence: (sealed, unsealed) => `存证与日志一致：已封存 ${sealed} 个事件，未封存 ${unsealed} 个\n`,
  evidenceUnchecked: '未核对存证：不知其公钥（--key）\n',
  changed: (name) => `${name} 不是当时备份的文件：SHA-256 不同`,
  missing: (name) => `缺少 ${name}`,
  otherLog: '日志不是当时备份的日志：SHA-256 不同',
  readModelAhead: (name, position, events) => `${name} 已到位置 ${position}，而日志止于 ${events}`,
  webhooksAhead: (name, position, events) => `${name} 已推送至位置 ${position}，而日志止于 ${events}`,
  notErased: (name, person) => `日志记载 ${person} 的身份信息已删除，而 ${name} 中仍有，请重新删除`,
  notRestored: (backup) => `${backup} 未恢复，没有写入任何内容`,
  restored: (folder) =>
    `已恢复到 ${folder}。请先放回另行保存的密钥文件（vault.key），再以 LEDGER_DATA=${folder} 启动服务\n`,
};

/** What backup and restore say, in both languages. */
export const backupWords: Readonly<Record<Language, BackupWords>> = { zh, en };
