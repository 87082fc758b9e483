import { Optional, PlainText } from '../http/query-fields';
import { BasisText } from './disputes.query';

/** Who asks for an answer that is handed out, what for, and on which basis. */
export class AskerBody {
  @PlainText()
  asker!: string;

  @Optional()
  @PlainText()
  purpose?: string;

  @Optional()
  @BasisText()
  basis?: string;
}
