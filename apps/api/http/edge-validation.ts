import { ValidationPipe, type CallHandler, type ExecutionContext, type ValidationError } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import { getMetadataStorage } from 'class-validator';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { isEmployerId, isPersonId, isRegionCode, unknownField } from '../../../events';
import { faultOf, invalidInput, type InputFault } from './problem';

/** Validates parameters and plain bodies by their classes; an unknown one is refused, or a slip would silently be a default. */
export function edgeValidation(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: true },
    exceptionFactory: (errors) => invalidInput(errors.map(faultOfValidation)),
  });
}

/** Refuses the parameters of a route that reads none: whoever sends `dryRun` there would take it for heeded. */
export const strayParameters = {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const read = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as object;
    const { path, query } = context.switchToHttp().getRequest<Request>();
    const reads = Object.keys(read ?? {}).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
    const stray = reads || !/^\/v1\//i.test(path) ? [] : Object.entries(query);
    if (stray.length > 0) throw invalidInput(stray.map(([name, value]) => unknownField('', name, value, [])));
    return next.handle();
  },
};

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

function faultOfValidation({ target, property, value, constraints = {}, children }: ValidationError): InputFault {
  const nested = children?.[0];
  if (nested && Object.keys(constraints).length === 0) {
    const inner = faultOfValidation(nested);
    return { ...inner, field: `${property}.${inner.field}` };
  }
  if ('whitelistValidation' in constraints) return unknownField('', property, value, fieldsOf(target!));
  return faultOf(property, value, Object.values(constraints)[0] ?? 'something else');
}

function fieldsOf({ constructor }: object): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(constructor, '', true, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}
