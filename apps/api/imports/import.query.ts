import { Matches, MaxLength, MinLength } from 'class-validator';
import { Optional, OneOf, RegionCode, Whole, YesOrNo } from '../http/query-fields';

export const importStates = ['waiting', 'running', 'done', 'failed'] as const;

/** How files are to be read. */
export class ImportQuery {
  /** The region of rows that name none. */
  @Optional()
  @RegionCode()
  region?: string;

  /** The system whose history it is; its rows keep the time at which it recorded them. */
  @Optional()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, {
    message: 'the name of a system: up to 64 letters, digits and . _ : -',
  })
  migratedFrom?: string;

  /** The sheet of a workbook; left out: its first. */
  @Optional()
  @MinLength(1, { message: 'the name of a sheet' })
  @MaxLength(31, { message: 'the name of a sheet, up to 31 characters' })
  sheet?: string;

  /** Only say what would become of every row; nothing is recorded. */
  @Optional()
  @YesOrNo()
  dryRun?: 'true' | 'false';

  /** What the file is called, where the body is the file itself. */
  @Optional()
  @MaxLength(200, { message: 'a file name of up to 200 characters' })
  name?: string;
}

/** Which imports are listed. */
export class ImportsQuery {
  @Optional()
  @OneOf(importStates)
  state?: string;

  /** How many at most; left out: 50. */
  @Optional()
  @Whole(1, 200)
  limit?: string;

  /** The id of the import with which the page before ended. */
  @Optional()
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { message: 'the id of an import' })
  after?: string;
}
