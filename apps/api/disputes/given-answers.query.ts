import { ValidateBy } from 'class-validator';
import { holdsIdentityNumber } from '../../../events';
import { Optional } from '../http/query-fields';
import { BasisText } from './disputes.query';

function ShortText(): PropertyDecorator {
  return ValidateBy({
    name: 'shortText',
    validator: {
      validate: (value) =>
        typeof value === 'string' && value.length > 0 && value.length <= 500 && !holdsIdentityNumber(value),
      defaultMessage: () => 'a text of 1 to 500 characters without identity numbers',
    },
  });
}

/** Who asks for an answer that is handed out, what for, and on which basis. */
export class AskerBody {
  @ShortText()
  asker!: string;

  @Optional()
  @ShortText()
  purpose?: string;

  @Optional()
  @BasisText()
  basis?: string;
}
