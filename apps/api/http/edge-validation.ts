import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { isEmployerId, isPersonId } from '../../../events';
import { faultOf, invalidInput, type InputFault } from './problem';
import { isRegionCode } from './query-fields';

/** Validates parameters and plain bodies by their classes; an unknown one is refused, or a slip would silently be a default. */
export function edgeValidation(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => invalidInput(errors.map(faultOfValidation)),
  });
}

/** The person that a path names. Throws where the id may not name one; the id itself is not repeated. */
export function personIn(path: string): string {
  if (isPersonId(path)) return path;
  throw invalidInput([
    faultOf('person', path, 'an id of up to 64 letters, digits and . _ : -, and never an identity number'),
  ]);
}

/** The region that a path names. */
export function regionIn(path: string): string {
  if (isRegionCode(path)) return path;
  throw invalidInput([faultOf('region', path, 'a region code of six digits')]);
}

/** The employer that a path names. */
export function employerIn(path: string): string {
  if (isEmployerId(path)) return path;
  throw invalidInput([faultOf('employer', path, 'a unified social credit code, or an id that is no identity number')]);
}

function faultOfValidation({ property, value, constraints = {}, children }: ValidationError): InputFault {
  const nested = children?.[0];
  if (nested && Object.keys(constraints).length === 0) {
    const inner = faultOfValidation(nested);
    return { ...inner, field: `${property}.${inner.field}` };
  }
  if ('whitelistValidation' in constraints) {
    const name = /^[A-Za-z_][\w-]{0,40}$/.test(property) ? property : '(an unprintable name)';
    return { field: name, value: null, expected: 'no such field here' };
  }
  return faultOf(property, value, Object.values(constraints)[0] ?? 'something else');
}
