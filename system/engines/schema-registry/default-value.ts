/**
 * Whether a field's default, as JSON, fits the field's type (avro.apache.org, specification, "Complex Types", records).
 * Bytes are texts of code points up to 255. The default of a union is of its first branch: later specifications allow
 * any, most libraries do not.
 */
import type { Schema } from './schema.ts';

/** Null: it fits; otherwise what is wrong, to follow 'its default'. */
export function checkDefault(schema: Schema, value: unknown): string | null {
  return fits(schema, value) ? null : `${JSON.stringify(value)} does not fit ${described(schema)}`;
}

function fits(schema: Schema, value: unknown): boolean {
  switch (schema.kind) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return value === ((value as number) | 0);
    case 'long':
      return Number.isSafeInteger(value);
    case 'float':
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return isBytes(value);
    case 'fixed':
      return isBytes(value) && value.length === schema.size;
    case 'enum':
      return schema.symbols.includes(value as string);
    case 'array':
      return Array.isArray(value) && value.every((item) => fits(schema.items, item));
    case 'map':
      return isObject(value) && Object.values(value).every((one) => fits(schema.values, one));
    case 'union':
      return fits(schema.branches[0]!, value);
    case 'record':
      return (
        isObject(value) &&
        schema.fields.every((field) =>
          Object.hasOwn(value, field.name)
            ? fits(field.type, value[field.name])
            : field.default !== undefined,
        )
      );
  }
}

const isBytes = (value: unknown): value is string =>
  typeof value === 'string' && [...value].every((letter) => letter.codePointAt(0)! <= 0xff);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function described(schema: Schema): string {
  if (schema.kind === 'union') return `${described(schema.branches[0]!)}, the union's first branch`;
  return 'name' in schema ? schema.name : schema.kind;
}
