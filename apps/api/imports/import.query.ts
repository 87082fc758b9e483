import { Matches, MaxLength, MinLength } from 'class-validator';
import { Optional, RegionCode, YesOrNo } from '../http/query-fields';

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
