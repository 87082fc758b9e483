import type { Answer, Because, Benefit } from '../../../projections/answer';
import type { Pack } from '../../policy/evaluation';
import { readCheckpoint, hexOf } from '../../evidence';
import type { Basis } from '../basis';
import { parseBasis } from '../basis';
import type { Packet, PacketContent } from '../packet/format';
import {
  answerWords,
  causeWords,
  changeWords,
  fieldsWords,
  monthsWords,
  spanWords,
  speechOf,
  streamWords,
  term,
  withRegionNames,
  type Language,
  type Speech,
} from '../words';
import { EventNumbers, runsOf } from './event-numbers';
import { escaped, heading, instantWords, printablePage, rowsTable, table } from './html';

/**
 * 待遇核定说明: what was decided, each sentence with its clause and its events, what else is asked and why it differs, and
 * how the packet behind it is checked. For print.
 */
export function statementPage(packet: Packet, language: Language = 'zh'): string {
  return new StatementPage(packet.content, language).html();
}

class StatementPage {
  private readonly zh: boolean;
  private readonly speech: Speech;
  private readonly numbers: EventNumbers;
  private readonly basis: Basis;
  private section = 0;

  constructor(
    private readonly content: PacketContent,
    private readonly language: Language,
  ) {
    this.zh = language === 'zh';
    this.speech = speechOf(content.packs, language);
    this.numbers = new EventNumbers(content.events.map(({ id }) => id));
    this.basis = parseBasis(content.question.basis);
  }

  html(): string {
    const { question, answer } = this.content;
    const title = this.zh ? '待遇核定说明' : 'Statement of a decision on benefits';
    const body = [
      `<h1>${title}</h1>`,
      this.particulars(),
      this.conclusion(),
      this.findings(),
      this.reasons(),
      this.undetermined(),
      this.comparison(),
      this.events(),
      this.checking(),
      this.signatures(),
    ];
    return printablePage(`${title} ${question.person} ${answer.validOn}`, this.language, body.join('\n'));
  }

  private particulars(): string {
    const { question, answer, madeAt } = this.content;
    const { basis } = answer;
    const by = this.zh
      ? { activation: '按启用事件', installed: '随程序安装', question: '由申请方指定' }
      : { activation: 'put in force by an event', installed: 'installed', question: 'named by the question' };
    const packs = basis.packs.map(
      ({ region, version, sha256, by: how }) =>
        `${escaped(this.place(region))} ${escaped(version)}${this.zh ? ' 版（' : ' ('}${by[how]}${this.zh ? '）' : ')'}<br><span class="id">SHA-256 ${escaped(sha256)}</span>`,
    );
    const readings = answer.readings.map(({ id, choice, by: who }) => escaped(this.readingWords(id, choice, who)));
    return rowsTable([
      [this.say('参保人编号', 'Person'), escaped(question.person)],
      [this.say('核定日期', 'Day asked about'), escaped(answer.validOn)],
      [this.say('资料截止', 'Recorded by'), escaped(this.knownWords(answer.knownAt))],
      [
        this.say('核定口径', 'Basis'),
        `${escaped(this.lawWords())}<br><span class="id">${escaped(question.basis)}</span>`,
      ],
      [this.say('统筹地区', 'Region'), escaped(this.place(answer.region))],
      [this.say('适用政策', 'Policy'), packs.join('<br>') || this.say('无', 'none')],
      [this.say('条款理解', 'Readings of clauses'), readings.join('<br>') || this.say('无', 'none')],
      [this.say('制作时间', 'Made at'), escaped(instantWords(madeAt))],
    ]);
  }

  private conclusion(): string {
    return `${this.title('核定结论', 'Decision')}<p class="verdict">${escaped(this.verdict(this.content.answer))}</p>`;
  }

  private verdict({
    person,
    validOn,
    benefit,
    waitingPeriods,
  }: Pick<Answer, 'person' | 'validOn' | 'benefit' | 'waitingPeriods'>): string {
    const { status, scheme, region, basis, since, through, restored, account } = benefit;
    const zh = this.zh;
    const held = since === undefined ? '' : spanWords(since, through, this.speech);
    const name = scheme === undefined ? (zh ? '基本医疗保险' : 'basic medical insurance') : term(scheme, this.language);
    const as = basis === undefined || basis === 'resident' ? '' : term(basis, this.language);
    const waiting = waitingPeriods.find((one) => one.from === since && one.through === through);
    const more = zh
      ? `${restored ? '，系事后补缴或恢复' : ''}${account === undefined ? '' : `，个人账户${term(account, 'zh')}`}`
      : `${restored ? ', restored afterwards' : ''}${account === undefined ? '' : `, the personal account ${term(account, 'en')}`}`;
    const inPlace = region === undefined ? '' : zh ? `在${this.place(region)}` : ` in ${this.place(region)}`;
    const what: Record<Benefit['status'], [zh: string, en: string]> = {
      covered: [
        `${inPlace}享受${name}待遇${as && `（${as}）`}${held && `，待遇享受期间为 ${held}`}${more}`,
        `has benefits of the ${name}${inPlace}${as && ` (${as})`}${held && `, ${held}`}${more}`,
      ],
      waiting: [
        `处于${name}待遇等待期${held && `（${held}）`}，尚不享受待遇${waiting ? `，自 ${waiting.benefitsFrom} 起享受待遇` : ''}${more}`,
        `is within a waiting period of the ${name}${held && ` (${held})`} and has no benefits yet${waiting ? `; benefits begin on ${waiting.benefitsFrom}` : ''}${more}`,
      ],
      pending: [
        `${name}待遇尚未开始${held && `（${held}）`}${more}`,
        `has paid; benefits of the ${name} have not begun${held && ` (${held})`}${more}`,
      ],
      paused: [
        `${name}待遇处于暂停状态${held && `（${held}）`}${more}`,
        `has the benefits of the ${name} paused${held && ` (${held})`}${more}`,
      ],
      notCovered: [`不享受基本医疗保险待遇`, `has no benefits of basic medical insurance`],
      undetermined: [
        `的待遇状态依现有文件和记录未能确定，原因见“未能确定的事项”`,
        `: the benefits cannot be determined from the documents and records at hand; see “Not determined”`,
      ],
    };
    const [chinese, english] = what[status];
    return zh
      ? `经核定，参保人 ${person} 于 ${validOn} ${chinese}。`
      : `On ${validOn} the person ${person} ${english}.`;
  }

  private findings(): string {
    const { answer } = this.content;
    const { contribution, retirement, payment } = answer;
    const list = (
      part:
        | 'registrations'
        | 'waitingPeriods'
        | 'coverage'
        | 'interruptions'
        | 'waived'
        | 'refunds'
        | 'backPayments'
        | 'lateFees'
        | 'bases'
        | 'duplicates'
        | 'stays'
        | 'aid'
        | 'premiumsDue',
    ) => answer[part].map((item) => escaped(answerWords(part, item, this.speech)));
    const rows: [string, string[]][] = [
      ['registrations', list('registrations')],
      [
        'payment',
        [
          escaped(
            term(payment.status, this.language) +
              (payment.paidThrough === undefined
                ? ''
                : this.zh
                  ? `，缴至 ${payment.paidThrough}`
                  : `, through ${payment.paidThrough}`),
          ),
        ],
      ],
      ['interruptions', list('interruptions')],
      ['waitingPeriods', list('waitingPeriods')],
      ['waived', list('waived')],
      ['coverage', list('coverage')],
      ['contribution', this.contributionLines(contribution)],
      ['retirement', this.retirementLines(retirement)],
      ...(['duplicates', 'backPayments', 'lateFees', 'bases', 'refunds', 'stays', 'aid', 'premiumsDue'] as const).map(
        (part): [string, string[]] => [part, list(part)],
      ),
    ];
    const always = new Set(['registrations', 'payment', 'interruptions', 'waitingPeriods', 'coverage', 'contribution']);
    return (
      this.title('核定事项', 'What holds') +
      rowsTable(
        rows
          .filter(([part, lines]) => lines.length > 0 || always.has(part))
          .map(([part, lines]) => [
            part === 'contribution'
              ? this.say('缴费年限', 'Months of contribution')
              : capital(term(part, this.language)),
            lines.join('<br>') || this.say('无', 'none'),
          ]),
      )
    );
  }

  private contributionLines(months: Answer['contribution']): string[] {
    const parts = (
      [
        'actual',
        'localActual',
        'provinceActual',
        'outOfProvinceActual',
        'deemed',
        'military',
        'purchased',
        'doubleCounted',
        'residentMonths',
      ] as const
    )
      .filter((name) => months[name] > 0 && (name !== 'localActual' || months.localActual !== months.actual))
      .map((name) => `${term(name, this.language)} ${months[name]}`);
    const total = `${this.say('合计 ', 'total ')}${monthsWords(months.total, this.speech)}`;
    const consecutive = `${this.say('至核定日连续参保 ', 'without a break up to the day ')}${monthsWords(months.consecutive, this.speech)}`;
    return [
      `${total}${parts.length > 0 ? `${this.say('：', ': ')}${parts.join(this.say('，', ', '))}` : ''}`,
      consecutive,
    ].map(escaped);
  }

  private retirementLines({ options, lumpSum, ...figures }: Answer['retirement']): string[] {
    const said = RETIREMENT.map((name) => [name, figures[name]] as const).filter(
      ([, value]) => value !== undefined && value !== false,
    );
    if (said.length === 0 || (said.length === 1 && figures.contributionDue)) return [];
    const lines = said.map(([name, value]) =>
      value === true
        ? capital(term(name, this.language))
        : `${term(name, this.language)}${this.say('：', ': ')}${answerWords(`retirement.${name}`, value, this.speech)}`,
    );
    if (figures.conditionsMet === false) lines.push(this.say('不符合退休待遇条件', 'the conditions are not met'));
    if (options && options.length > 0)
      lines.push(
        `${term('options', this.language)}${this.say('：', ': ')}${options.map((one) => term(one, this.language, 'options')).join(this.say('、', ', '))}`,
      );
    if (lumpSum)
      lines.push(`${term('lumpSum', this.language)}${this.say('：', ': ')}${fieldsWords(lumpSum, this.speech)}`);
    return lines.map(escaped);
  }

  private reasons(): string {
    const told = new Set<string>();
    const items = this.content.answer.because.map((because) => this.reason(because, told));
    return `${this.title('理由与依据', 'Reasons')}<ol class="reasons">${items.join('\n')}</ol>`;
  }

  private reason({ zh, en, rule, citation, arithmetic, events }: Because, told: Set<string>): string {
    const { document, article } = citation;
    const place =
      article === rule
        ? `${document} ${article}`
        : `${document} ${article}${this.zh ? `（规则 ${rule}）` : ` (rule ${rule})`}`;
    const text = told.has(rule) ? undefined : this.ruleText(rule);
    told.add(rule);
    const sentence = withRegionNames(this.zh ? zh : en, this.speech);
    const legible =
      arithmetic !== undefined && (this.zh || !/\p{Script=Han}/u.test(arithmetic)) && !sentence.includes(arithmetic);
    const more = [
      `${this.say('依据', 'Clause')}${this.colon()}${escaped(place)}${text === undefined ? '' : `${this.zh ? '，要旨：' : ': '}${escaped(text.replace(/[。.]$/, ''))}`}`,
      ...(legible ? [`${this.say('计算', 'Arithmetic')}${this.colon()}${escaped(arithmetic)}`] : []),
      ...(events.length === 0
        ? []
        : [`${this.say('事件', 'Events')}${this.colon()}${escaped(this.numbers.words(events, this.language))}`]),
    ];
    return `<li>${escaped(sentence)}<br><span class="muted">${more.join(this.zh ? '。' : '. ')}${this.zh ? '。' : '.'}</span></li>`;
  }

  private undetermined(): string {
    const { undetermined } = this.content.answer;
    if (undetermined.length === 0) return '';
    const items = undetermined.map((one) => `<li>${escaped(answerWords('undetermined', one, this.speech))}</li>`);
    return `${this.title('未能确定的事项', 'Not determined')}<ul>${items.join('')}</ul>`;
  }

  private comparison(): string {
    const { against } = this.content;
    if (!against) return '';
    const { difference, question, answer } = against;
    const named = (event: string) => this.numbers.word(event, this.language);
    const changes = difference.changes.map((change) => [
      escaped(changeWords(change, this.speech)),
      escaped(runsOf(change.causes.map((index) => index + 1)).join(this.say('、', ', '))),
    ]);
    const causes = difference.causes.map((cause) => `<li>${escaped(causeWords(cause, this.speech, named))}</li>`);
    const idle = difference.withoutEffect;
    return [
      this.title('与另一口径的差异及原因', 'Compared with another basis'),
      `<p>${this.say('对照口径', 'The other basis')}${this.colon()}<span class="id">${escaped(question.basis)}</span></p>`,
      `<p>${escaped(this.verdict({ ...answer, person: question.person }))}</p>`,
      difference.changes.length === 0
        ? `<p>${this.say('两种口径的核定结果相同。', 'The answers say the same.')}</p>`
        : `<p>${this.say('差异逐项如下，右列为造成该项差异的原因：', 'Each difference, with the causes that it needs:')}</p>` +
          table([this.say('本口径 → 对照口径', 'This basis → the other'), this.say('原因', 'Causes')], changes, [
            '',
            'narrow',
          ]),
      difference.unsifted
        ? `<p>${this.say('两种口径差别较多，未逐一排除：所列原因齐全，但其中有的可能并非必要。', 'The bases differ in too much to try it all: the causes are complete, but some may not be needed.')}</p>`
        : '',
      causes.length === 0 ? '' : `<ol class="causes">${causes.join('\n')}</ol>`,
      idle > 0
        ? `<p class="muted">${this.say(`两种口径之间另有 ${idle} 项不同，对结果没有影响。`, `${idle} other differences between the bases change nothing.`)}</p>`
        : '',
    ].join('\n');
  }

  private events(): string {
    const { events, question } = this.content;
    const own = `person-${question.person}`;
    const rows = events.map(({ id, type, metadata, recordedAt, stream, data }) => {
      const place = stream === own ? '' : `<br><span class="muted">${escaped(streamWords(stream, this.speech))}</span>`;
      return [
        String(this.numbers.of(id)),
        `${escaped(term(type, this.language))}${place}`,
        escaped(metadata['effectiveOn']),
        escaped(instantWords(recordedAt)),
        [escaped(fieldsWords(data, this.speech)), `<span class="id">${escaped(id)}</span>`]
          .filter((line) => line !== '')
          .join('<br>'),
      ];
    });
    return (
      this.title('所据事件', 'Events') +
      `<p class="muted">${this.say(
        `以下为所附全部事件，按记录次序编号。资料截止之后记录的事件不计入${this.basis.as === 'knownNow' ? '（现时口径下的裁定除外）' : ''}${this.content.against ? '，仅供对照口径使用' : ''}。`,
        `All that is enclosed, numbered in the order of recording. What was recorded after the limit of knowledge does not count${this.basis.as === 'knownNow' ? ' (but rulings do, as we know now)' : ''}${this.content.against ? ' but for the other basis' : ''}.`,
      )}</p>` +
      table(
        this.zh
          ? ['序号', '事件', '生效日', '记录时间', '内容与编号']
          : ['No.', 'Event', 'Holds on', 'Recorded', 'Content and id'],
        rows,
        ['narrow', 'event', 'day', 'instant', 'content'],
      )
    );
  }

  private checking(): string {
    const { key, checkpoint, engine, events, packs } = this.content;
    const sealed = readCheckpoint(checkpoint);
    const seal = sealed
      ? [
          [
            this.say('日志检查点', 'Checkpoint of the log'),
            `${escaped(this.zh ? `${sealed.size} 个事件，签于 ${instantWords(sealed.signedAt)}` : `${sealed.size} events, signed ${instantWords(sealed.signedAt)}`)}<br><span class="id">${escaped(hexOf(sealed.root))}</span>`,
          ] as [string, string],
        ]
      : [];
    return [
      this.title('核验方法', 'How to check it'),
      `<p>${this.say(
        '本说明依据同时制作的卷宗文件生成，以卷宗为准。在任何装有本程序的计算机上运行 <code>ledger packet check 卷宗文件 --key 公钥</code>，即可在不联网、不访问业务系统的情况下核验封签、事件的包含证明和政策包，并重新计算结果。公钥应以经办机构另行公布的为准。',
        'This page is made from the packet of the same moment; the packet prevails. On any computer with this program, <code>ledger packet check FILE --key KEY</code> checks the seal, the proofs of the events and the packs, and asks again, without network or server. Take the key from what the agency has published.',
      )}</p>`,
      rowsTable([
        [
          this.say('卷宗内容', 'Enclosed'),
          this.zh
            ? `事件 ${events.length} 件，政策包 ${packs.length} 个`
            : `${events.length} events, ${packs.length} packs`,
        ],
        ...seal,
        [this.say('签名公钥', 'Public key'), `<span class="id">${escaped(key)}</span>`],
        [this.say('计算程序', 'Program'), `${escaped(engine.name)} ${escaped(engine.version)}`],
      ]),
    ].join('\n');
  }

  private signatures(): string {
    const blanks = this.zh
      ? ['经办人', '复核人', '经办机构（盖章）', '日期']
      : ['Clerk', 'Reviewed by', 'Agency (seal)', 'Date'];
    return `<div class="signatures">${blanks.map((blank) => `<span>${blank}${this.colon()}</span>`).join('')}</div>`;
  }

  private title(zh: string, en: string): string {
    return heading(++this.section, this.say(zh, en), this.language);
  }

  private knownWords(knownAt: string): string {
    if (/^\d+$/.test(knownAt))
      return this.zh ? `日志位置 ${knownAt} 及以前记录的事项` : `position ${knownAt} of the log`;
    if (/^\d{4}-\d\d-\d\d$/.test(knownAt))
      return this.zh ? `${knownAt}（含当日）以前记录的事项` : `the end of ${knownAt}`;
    const instant = instantWords(knownAt);
    return this.zh ? `${instant} 以前记录的事项` : instant;
  }

  private lawWords(): string {
    switch (this.basis.as) {
      case 'decidedThen':
        return this.say(
          '当时口径：适用资料截止时已知的政策和裁定',
          'as decided then: the policy and rulings known then',
        );
      case 'knownNow':
        return this.say(
          '现时口径：资料截止时已知的事实，适用现行政策和裁定',
          'as we know now: the facts known then, today’s policy and rulings',
        );
      default:
        return this.say('适用现有政策和资料截止时已知的裁定', 'today’s policy, the rulings known then');
    }
  }

  private readingWords(id: string, choice: string, by: string): string {
    const texts = this.packs().flatMap(({ readings }) => readings[id] ?? []);
    const [text] = texts;
    const who = this.zh
      ? { pack: '政策包默认', ruling: '依裁定', question: '由申请方指定' }[by]
      : { pack: 'the pack’s own', ruling: 'by a ruling', question: 'chosen by the question' }[by];
    const asked = text?.[this.language] ?? '';
    const chosen = text?.choices[choice]?.[this.language] ?? choice;
    return this.zh ? `${id} ${asked}${chosen}（${choice}，${who}）` : `${id} ${asked} ${chosen} (${choice}, ${who})`;
  }

  private ruleText(rule: string): string | undefined {
    return this.packs().flatMap(({ rules }) => rules[rule]?.[this.language] ?? [])[0];
  }

  /** The packs that the answer used come first. */
  private packs(): Pack[] {
    const used = new Set(this.content.answer.packs.map(({ sha256 }) => sha256));
    const rank = ({ sha256 }: Pack) => (used.has(sha256) ? 0 : 1);
    return [...this.content.packs].sort((a, b) => rank(a) - rank(b));
  }

  private place(region: string): string {
    return this.speech.region(region);
  }

  private say(zh: string, en: string): string {
    return this.zh ? zh : en;
  }

  private colon(): string {
    return this.zh ? '：' : ': ';
  }
}

/** The figures of retirement in the order in which they are read. */
const RETIREMENT = [
  'statutoryAgeOn',
  'requiredTotal',
  'requiredActual',
  'shortfallMonths',
  'conditionsMet',
  'processed',
  'retireeFrom',
  'contributionDue',
  'review',
] as const satisfies readonly (keyof Answer['retirement'])[];

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
