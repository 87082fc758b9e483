import { sql, type SqlBool } from 'kysely';
import { column, type Report } from './report';
import { after, holds, inPages, whole, within } from './sql';

/** Relations that overlap on the day. */
export const duplicates: Report = {
  name: 'duplicates',
  title: { zh: '重复参保', en: 'Duplicate relations' },
  about: {
    zh: '当日重叠的参保关系，逐人列出：经办发现未处理、可由规则确定保留、规则未定。',
    en: 'Relations that overlap on the day, person by person: found by an office and not settled, decided by a rule, or left open by the rules.',
  },
  columns: [
    column.person(),
    column.word('scope', '范围', 'Scope'),
    column.word('line', '状态', 'State'),
    column.text('relations', '关系', 'Relations'),
    column.word('retainedScheme', '保留险种', 'Retained scheme'),
    column.region('retainedRegion', '保留统筹区', 'Retained in'),
    column.word('others', '其余关系', 'The others'),
    column.text('rule', '规则', 'Rule'),
    column.day('since', '起', 'Since'),
  ],
  async *rows({ tables }, { validOn, region }) {
    const rows = inPages((last, limit) =>
      tables
        .selectFrom('duplicates as d')
        .innerJoin('persons as p', 'p.person', 'd.person')
        .select([
          'd.person',
          'd.n',
          'd.scope',
          'd.relations',
          'd.retained_scheme',
          'd.retained_region',
          'd.others',
          'd.detected',
          'd.rule',
          'd.from_day',
        ])
        .where(holds('d', validOn))
        .where(within('p.region', region))
        .where(after('d', last))
        .orderBy('d.person')
        .orderBy('d.n')
        .limit(limit)
        .execute(),
    );
    for await (const page of rows)
      for (const row of page) {
        const relations = JSON.parse(row.relations) as { scheme: string; region: string; participation?: string }[];
        yield {
          person: row.person,
          scope: row.scope,
          line: row.detected === 1 ? 'detected' : row.retained_scheme === null ? 'open' : 'byRule',
          relations: relations
            .map((one) => [one.scheme, one.region, one.participation].filter(Boolean).join(' '))
            .join('; '),
          retainedScheme: row.retained_scheme,
          retainedRegion: row.retained_region,
          others: row.others,
          rule: row.rule,
          since: row.from_day,
        };
      }
  },
};

const standsOn = (on: string) =>
  sql<SqlBool>`(e.from_day is null or e.from_day <= ${on}) and (e.through_day is null or e.through_day >= ${on})`;

/** How much there is to work off. */
export const exceptionCounts: Report = {
  name: 'exception-counts',
  title: { zh: '待处理事项汇总', en: 'Exceptions by kind' },
  about: {
    zh: '未定事项和例外，按类别、统筹区、问题和所缺内容统计。',
    en: 'What is undetermined and what is wrong, by kind, region, question and what would settle it.',
  },
  columns: [
    column.word('kind', '类别', 'Kind'),
    column.region(),
    column.text('question', '问题', 'Question'),
    column.text('rule', '规则', 'Rule'),
    column.word('why', '原因', 'Why'),
    column.text('needs', '所缺', 'Needs'),
    column.count('persons', '人数', 'Persons'),
    column.count('items', '项数', 'Items'),
  ],
  async *rows({ tables }, { validOn, region }) {
    const counted = await tables
      .selectFrom('exceptions as e')
      .innerJoin('persons as p', 'p.person', 'e.person')
      .select([
        'e.kind',
        sql<string | null>`coalesce(e.region, p.region)`.as('region'),
        'e.question',
        'e.rule',
        'e.why',
        'e.needs',
      ])
      .select(sql<number>`count(distinct e.person)`.as('persons'))
      .select(sql<number>`count(*)`.as('items'))
      .where(standsOn(validOn))
      .where(within('p.region', region))
      .groupBy(['e.kind', sql`coalesce(e.region, p.region)`, 'e.question', 'e.rule', 'e.why', 'e.needs'])
      .execute();
    const ordered = counted.map((row) => ({ ...row, persons: whole(row.persons), items: whole(row.items) }));
    const key = ({ kind, region: of, question, rule, why, needs }: (typeof ordered)[number]) =>
      [kind, of, question, rule, why, needs].join('\n');
    yield* ordered.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  },
};

/** What a person must look at, item by item. */
export const exceptions: Report = {
  name: 'exceptions',
  title: { zh: '待处理事项', en: 'Exceptions to work off' },
  about: {
    zh: '未定事项和例外，逐人逐项列出。',
    en: 'What is undetermined and what is wrong, person by person.',
  },
  columns: [
    column.person(),
    column.word('kind', '类别', 'Kind'),
    column.region(),
    column.text('question', '问题', 'Question'),
    column.text('rule', '规则', 'Rule'),
    column.word('why', '原因', 'Why'),
    column.text('needs', '所缺', 'Needs'),
    column.text('detail', '说明', 'Detail'),
    column.day('from', '起', 'From'),
    column.day('through', '止', 'Through'),
  ],
  async *rows({ tables }, { validOn, region }) {
    const rows = inPages((last, limit) =>
      tables
        .selectFrom('exceptions as e')
        .innerJoin('persons as p', 'p.person', 'e.person')
        .select([
          'e.person',
          'e.n',
          'e.kind',
          sql<string | null>`coalesce(e.region, p.region)`.as('region'),
          'e.question',
          'e.rule',
          'e.why',
          'e.needs',
          'e.detail',
          'e.from_day',
          'e.through_day',
        ])
        .where(standsOn(validOn))
        .where(within('p.region', region))
        .where(after('e', last))
        .orderBy('e.person')
        .orderBy('e.n')
        .limit(limit)
        .execute(),
    );
    for await (const page of rows) {
      for (const row of page) {
        const {
          person,
          kind,
          region: of,
          question,
          rule,
          why,
          needs,
          detail,
          from_day: from,
          through_day: through,
        } = row;
        yield { person, kind, region: of, question, rule, why, needs, detail, from, through };
      }
    }
  },
};
