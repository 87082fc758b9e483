import { getMetadataStorage, type ValidationArguments } from 'class-validator';
import { fault, unknownField, type Fault } from './faults';
import { isRecord, nestedField } from './fields';

/**
 * class-validator's rules of a data class, compiled once. class-validator itself collects and groups its metadata anew on
 * every call, an order of magnitude too slow for imports; a test holds that both find the same fields at fault.
 */
export interface Validation {
  /** The fields in the order of declaration. */
  readonly fieldNames: readonly string[];
  /** Adds what is wrong to `faults`; gives a clean copy, its fields in the order of declaration. Only as good as `faults` is empty. */
  check(input: Readonly<Record<string, unknown>>, path: string, faults: Fault[]): Record<string, unknown>;
  /** Whether the field may be left out, in some data at least; undefined where there is no such field. */
  isOptional(name: string): boolean | undefined;
}

/** The compiled rules of a class; compiled at the first call. */
export function validationOf(dataClass: new () => object): Validation {
  let validation = compiled.get(dataClass);
  if (!validation) compiled.set(dataClass, (validation = compile(dataClass)));
  return validation;
}

const compiled = new Map<new () => object, Validation>();
const ENOUGH_FAULTS = 50;

type Condition = (data: object, value: unknown) => boolean;

interface Rule {
  accepts: (value: unknown, args: ValidationArguments) => boolean | Promise<boolean>;
  expected: (args: ValidationArguments) => string;
  each: boolean;
  constraints: unknown[];
}

interface Field {
  name: string;
  conditions: Condition[];
  rules: Rule[];
  nested: { validation: Validation; list: boolean } | undefined;
}

function compile(dataClass: new () => object): Validation {
  const fields = fieldsOf(dataClass);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const fieldNames = [...byName.keys()];
  const targetName = dataClass.name;

  return {
    fieldNames,
    isOptional: (name) => byName.get(name) && byName.get(name)!.conditions.length > 0,
    check(input, path, faults) {
      const copy: Record<string, unknown> = {};
      for (const name of Object.keys(input)) {
        if (byName.has(name)) continue;
        faults.push(unknownField(path, name, input[name], fieldNames));
        if (faults.length >= ENOUGH_FAULTS) return copy;
      }
      for (const field of fields) {
        const value = input[field.name];
        if (!applies(field, input, value)) continue;
        const before = faults.length;
        checkField(field, value, input, path, targetName, faults);
        if (faults.length >= ENOUGH_FAULTS) return copy;
        if (faults.length === before)
          copy[field.name] = field.nested
            ? checkNested(field.nested, value, `${path}.${field.name}`, faults)
            : cloned(value);
      }
      return copy;
    },
  };
}

function applies(field: Field, data: object, value: unknown): boolean {
  for (const condition of field.conditions) if (!condition(data, value)) return false;
  return true;
}

/** Adds the first rule that is broken. */
function checkField(
  field: Field,
  value: unknown,
  object: object,
  path: string,
  targetName: string,
  faults: Fault[],
): void {
  const args: ValidationArguments = { value, object, property: field.name, targetName, constraints: [] };
  for (const rule of field.rules) {
    args.constraints = rule.constraints;
    if (!rule.each || !Array.isArray(value)) {
      if (rule.accepts(value, args)) continue;
      faults.push(fault(`${path}.${field.name}`, value, rule.expected(args)));
      return;
    }
    for (let i = 0; i < value.length; i++) {
      if (rule.accepts(value[i], args)) continue;
      faults.push(fault(`${path}.${field.name}[${i}]`, value[i], rule.expected(args)));
      return;
    }
  }
}

function checkNested(
  { validation, list }: { validation: Validation; list: boolean },
  value: unknown,
  path: string,
  faults: Fault[],
): unknown {
  if (!list) return validation.check(value as Record<string, unknown>, path, faults);
  const copies: unknown[] = [];
  const items = value as unknown[];
  for (let i = 0; i < items.length && faults.length < ENOUGH_FAULTS; i++) {
    const item = items[i];
    if (isRecord(item)) copies.push(validation.check(item, `${path}[${i}]`, faults));
    else faults.push(fault(`${path}[${i}]`, item, 'an object with named fields'));
  }
  return copies;
}

function fieldsOf(dataClass: new () => object): Field[] {
  const storage = getMetadataStorage();
  const byName = new Map<string, Field>();
  for (const metadata of storage.getTargetValidationMetadatas(dataClass, '', false, false)) {
    const name = metadata.propertyName;
    const field: Field = byName.get(name) ?? { name, conditions: [], rules: [], nested: undefined };
    byName.set(name, field);

    if (metadata.type === 'conditionalValidation') field.conditions.push(metadata.constraints[0] as Condition);
    else if (metadata.type === 'nestedValidation') {
      const nested = nestedField(dataClass, name);
      if (!nested)
        throw new Error(`${dataClass.name}.${name}: nested fields are declared with Nested, NestedList or Months`);
      field.nested = { validation: validationOf(nested.type()), list: nested.list };
    } else {
      for (const { instance } of storage.getTargetValidatorConstraints(metadata.constraintCls)) {
        // Decorators run from the bottom up; rules are read from the top down.
        field.rules.unshift({
          accepts: (value, args) => instance.validate(value, args),
          expected: (args) => instance.defaultMessage?.(args) ?? 'another value',
          each: metadata.each,
          constraints: metadata.constraints,
        });
      }
    }
  }
  return [...byName.values()];
}

function cloned(value: unknown): unknown {
  if (typeof value === 'number') return value + 0; // JSON has no -0
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cloned);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cloned(item)]));
}
