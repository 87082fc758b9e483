import type { Because } from '../../../projections/answer';
import type { Packet } from '../packet';
import { causeWords, changeWords, term, valueWords } from '../words';
import { escaped, printablePage, table } from './html';

/**
 * 待遇核定说明: what was decided, each sentence with its clause and its events, what else is asked and why it differs, and
 * how the packet behind it is checked. In Chinese, for print.
 */
export function statementPage({ content }: Packet): string {
  const { answer, against, question, events, packs, madeAt, engine } = content;
  const { benefit } = answer;
  const verdict = `${term(benefit.status === 'undetermined' ? 'undeterminedStatus' : benefit.status, 'zh')}${benefit.since ? `（${benefit.since} 起${benefit.through ? `，至 ${benefit.through}` : ''}）` : ''}`;
  const parts = [
    '<h1>待遇核定说明</h1>',
    table(
      ['项目', '内容'],
      [
        ['参保人编号', escaped(question.person)],
        ['核定日期', escaped(answer.validOn)],
        ['所知截至', escaped(answer.knownAt)],
        ['参保地区', escaped(answer.region)],
        ['口径', `<code>${escaped(question.basis)}</code>`],
        [
          '适用政策包',
          answer.basis.packs
            .map(
              ({ id, version, sha256, by }) =>
                `${escaped(id)} ${escaped(version)}（${BY[by]}，SHA-256 <code>${escaped(sha256)}</code>）`,
            )
            .join('<br>'),
        ],
        ['条款理解', answer.readings.map(({ id, choice }) => `${escaped(id)}：${escaped(choice)}`).join('，') || '无'],
      ],
    ),
    '<h2>一、核定结果</h2>',
    `<p class="verdict">${escaped(verdict)}</p>`,
    table(
      ['项目', '结果'],
      [
        ['参保状态', listed(answer.registrations)],
        ['缴费', escaped(valueWords(answer.payment, 'zh'))],
        ['等待期', listed(answer.waitingPeriods)],
        ['待遇期间', listed(answer.coverage)],
        ['中断缴费', listed(answer.interruptions)],
        [
          '缴费年限（月）',
          escaped(
            `合计 ${answer.contribution.total}，其中实际 ${answer.contribution.actual}，视同 ${answer.contribution.deemed}`,
          ),
        ],
      ],
    ),
    '<h2>二、理由与依据</h2>',
    `<ol>${answer.because.map(reason).join('\n')}</ol>`,
  ];
  if (answer.undetermined.length > 0) {
    parts.push(
      '<h2>三、未能确定</h2>',
      `<ul>${answer.undetermined.map((one) => `<li>${escaped(valueWords(one, 'zh'))}</li>`).join('')}</ul>`,
    );
  }
  if (against) {
    const { difference } = against;
    parts.push(
      '<h2>对照与差异</h2>',
      `<p>对照口径：<code>${escaped(against.question.basis)}</code>，结果：${escaped(term(against.answer.benefit.status, 'zh'))}。</p>`,
      difference.changes.length === 0
        ? '<p>两次核定结果相同。</p>'
        : table(
            ['变化', '原因'],
            difference.changes.map((change) => [
              escaped(changeWords(change, 'zh')),
              change.causes.map((index) => `（${index + 1}）`).join(''),
            ]),
          ),
      `<ol>${difference.causes.map((cause) => `<li>${escaped(causeWords(cause, 'zh'))}</li>`).join('')}</ol>`,
    );
  }
  parts.push(
    '<h2>所据事件</h2>',
    table(
      ['事件', '生效日', '记录时间', '编号'],
      events
        .filter(({ stream }) => stream.startsWith('person-'))
        .map(({ type, metadata, recordedAt, id }) => [
          escaped(term(type, 'zh')),
          escaped(metadata['effectiveOn']),
          escaped(recordedAt),
          `<span class="id">${escaped(id)}</span>`,
        ]),
    ),
    '<h2>核验</h2>',
    `<p>本说明由所附卷宗生成，制作于 ${escaped(madeAt)}，程序 ${escaped(engine.name)} ${escaped(engine.version)}。卷宗含事件 ${events.length} 件、政策包 ${packs.length} 个及其散列。` +
      '在任何装有本程序的机器上运行 <code>ledger packet check 卷宗文件 --key 公钥</code>，即可在不联网、不访问数据库的情况下核验签名、包含证明并重新计算结果。请向经办机构另行核对公钥：</p>',
    `<p><code>${escaped(content.key)}</code></p>`,
  );
  return printablePage(`待遇核定说明 ${question.person} ${answer.validOn}`, 'zh', parts.join('\n'));
}

const BY = { activation: '按启用事件', installed: '随程序安装', question: '由提问指定' } as const;

function listed(items: readonly object[]): string {
  return items.length === 0 ? '无' : items.map((item) => escaped(valueWords(item, 'zh'))).join('<br>');
}

function reason({ zh, rule, citation, arithmetic, events }: Because): string {
  const more = [
    `依据：${escaped(citation.document)} ${escaped(citation.article)}（${escaped(rule)}）`,
    ...(arithmetic === undefined ? [] : [`计算：${escaped(arithmetic)}`]),
    ...(events.length === 0 ? [] : [`事件：<span class="id">${events.map(escaped).join(' ')}</span>`]),
  ];
  return `<li>${escaped(zh)}<br><span class="muted">${more.join('；')}</span></li>`;
}
