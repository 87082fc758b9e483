import { OneOf, Optional } from '../http/query-fields';
import { BasisText } from './disputes.query';

export class PacketQuery {
  @BasisText()
  basis!: string;

  @Optional()
  @BasisText()
  against?: string;
}

export class StatementQuery extends PacketQuery {
  @Optional()
  @OneOf(['html', 'pdf'])
  format?: 'html' | 'pdf';

  @Optional()
  @OneOf(['zh', 'en'])
  lang?: 'zh' | 'en';
}
