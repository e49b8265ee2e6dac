/** Holds requests against their schemas. A query arrives as text and is read as what it should be; a body means what it says. */
import { Ajv, type ValidateFunction } from 'ajv';

const options = { allErrors: false, removeAdditional: false, useDefaults: false, strict: true } as const;
const strict = new Ajv(options);
const reading = new Ajv({ ...options, coerceTypes: true });

export function compileValidator(schema: object, part: string): ValidateFunction {
  return (part === 'body' ? strict : reading).compile(schema);
}
