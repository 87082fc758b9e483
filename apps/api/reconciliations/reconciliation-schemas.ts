import { causes, exceptionKinds } from '../../../libs/reconciliation';
import { jobHead, jobOptional } from '../file-jobs';
import { day, list, one, position, record, ref, text, whole, type Schema } from '../openapi/schema';

const kind = one(exceptionKinds);
const cause = one(causes, 'Why the two differ, as far as the ledger can tell');

/** The schemas of reconciliations. */
export const reconciliationSchemas: Record<string, Schema> = {
  Reconciliation: record(
    {
      ...jobHead,
      basis: record(
        {
          validOn: day,
          knownAt: text,
          position: { ...position, description: 'How far the log was; told when it is done' },
        },
        ['position'],
      ),
      file: { ...text, description: 'As its sender called it' },
      encoding: one(['utf-8', 'gb18030']),
      sheet: { ...text, description: 'Of a workbook' },
      rows: { ...whole, description: 'Of the extract: each is matched, differing or refused' },
      matched: whole,
      differing: whole,
      refused: whole,
      missingThere: { ...whole, description: 'Relations that the ledger knows of and the extract does not' },
      exceptions: { ...whole, description: 'Differences in all; a row may have several' },
      byCause: list(record({ kind, cause, exceptions: whole })),
      differences: { ...text, description: 'Where they can be read by the page; told when it is done' },
      exceptionsFile: { ...text, description: 'Where they can be fetched as a table; told when it is done' },
    },
    [...jobOptional, 'encoding', 'sheet', 'differences', 'exceptionsFile'],
  ),
  ReconciliationList: record({
    reconciliations: list(ref('Reconciliation')),
    next: { type: ['string', 'null'], description: 'Where the next page is; null at the end' },
  }),
  Difference: record(
    {
      kind,
      line: { ...whole, description: 'Of the extract; left out where the extract lacks the row' },
      person: { ...text, description: 'Left out where a document stands for nobody whom the caller may read' },
      scheme: text,
      region: text,
      field: { ...text, description: 'The column that is refused, or that says otherwise' },
      theirs: { type: ['string', 'integer'] },
      ours: { type: ['string', 'integer', 'null'] },
      months: { ...whole, description: 'Of months: ours less theirs' },
      cause,
      zh: text,
      en: text,
      rules: { ...list(text), description: 'The rules that the ledger’s answer rests on' },
      events: { ...list(text), description: 'Ids of the events that it rests on; of many, the last ones' },
    },
    ['line', 'person', 'scheme', 'region', 'field', 'theirs', 'ours', 'months'],
  ),
  DifferenceList: record({
    items: list(ref('Difference')),
    next: { type: ['string', 'null'], description: 'Where the next page is; null at the end' },
  }),
};
