import { Matches } from 'class-validator';
import { FilesQuery } from '../file-jobs';
import { Optional, YesOrNo } from '../http/query-fields';

/** How files are to be imported. */
export class ImportQuery extends FilesQuery {
  /** The system whose history it is; its rows keep the time at which it recorded them. */
  @Optional()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, {
    message: 'the name of a system: up to 64 letters, digits and . _ : -',
  })
  migratedFrom?: string;

  /** Only say what would become of every row; nothing is recorded. */
  @Optional()
  @YesOrNo()
  dryRun?: 'true' | 'false';
}
