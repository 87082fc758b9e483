import { jobHead, jobOptional } from '../file-jobs';
import { flag, list, one, record, ref, text, whole, type Schema } from '../openapi/schema';

const counts = { rows: whole, recorded: whole, already: whole, refused: whole, events: whole };

/** The schemas of imports. */
export const importSchemas: Record<string, Schema> = {
  Import: record(
    {
      ...jobHead,
      dryRun: { ...flag, description: 'Nothing was recorded' },
      ...counts,
      files: list(
        record(
          {
            name: text,
            kind: one(['relations', 'payments', 'events']),
            encoding: one(['utf-8', 'gb18030']),
            sheet: { ...text, description: 'Of a workbook' },
            ...counts,
            reasons: list(record({ reason: text, rows: whole })),
            refusedRows: { ...text, description: 'Where the refused rows can be fetched' },
            newPersons: { ...whole, description: 'With dryRun: rows that would make a person' },
            newPersonRows: { ...text, description: 'Where those rows are listed' },
          },
          ['refusedRows', 'sheet', 'newPersons', 'newPersonRows'],
        ),
      ),
    },
    ['dryRun', ...jobOptional],
  ),
  ImportList: record({
    imports: list(ref('Import')),
    next: { type: ['string', 'null'], description: 'Where the next page is; null at the end' },
  }),
};
