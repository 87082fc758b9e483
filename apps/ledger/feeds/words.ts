import type { Language } from '../terminal';

interface FeedWords {
  columns: string[];
  parkedColumns: string[];
  none: string;
  nothingParked: string;
  secret: string;
  verified: string;
  notVerified: (reason: string) => string;
  states: Record<'unverified' | 'active' | 'paused', string>;
  removed: string;
  replayed: (place: string) => string;
  goesOn: (messages: number) => string;
  discarded: string;
}

export const feedWords: Record<Language, FeedWords> = {
  zh: {
    columns: ['编号', '地址', '内容', '状态', '已送达', '待送', '搁置', '位置', '最近失败'],
    parkedColumns: ['序号', '条目', '流', '次数', '失败原因', '时间', '其后'],
    none: '没有推送订阅。',
    nothingParked: '没有搁置的消息。',
    secret: '签名密钥（仅显示这一次）：',
    verified: '接收方已确认。',
    notVerified: (reason) => `接收方未确认：${reason}。确认之前不推送；再试：ledger webhooks verify`,
    states: { unverified: '未确认', active: '推送中', paused: '已暂停' },
    removed: '已删除。',
    replayed: (place) => `将从位置 ${place} 之后重新推送。`,
    goesOn: (messages) => `${messages} 条消息重新推送。`,
    discarded: '已放弃该消息，其后的继续推送。',
  },
  en: {
    columns: ['id', 'address', 'feed', 'state', 'delivered', 'waiting', 'parked', 'place', 'last failure'],
    parkedColumns: ['number', 'item', 'stream', 'attempts', 'failure', 'at', 'behind'],
    none: 'There are no webhooks.',
    nothingParked: 'Nothing is parked.',
    secret: 'The secret that signs, shown this once:',
    verified: 'The receiver has confirmed.',
    notVerified: (reason) =>
      `The receiver has not confirmed: ${reason}. Nothing is sent before; try again: ledger webhooks verify`,
    states: { unverified: 'unverified', active: 'active', paused: 'paused' },
    removed: 'Removed.',
    replayed: (place) => `What lies behind ${place} is sent once more.`,
    goesOn: (messages) => `${messages} messages go on.`,
    discarded: 'Given up; those behind it go on.',
  },
};
