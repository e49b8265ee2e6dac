/**
 * Holds requests against their schemas. A query arrives as text and is read as what it should be; a body means what it says.
 * JSON can spell half a character ("\ud800"), which no encoding of texts has: it would be acknowledged and be lost behind the
 * log, so no schema has to remember to refuse it.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { isDateTime } from './times.ts';

const options = {
  allErrors: false,
  removeAdditional: false,
  useDefaults: false,
  strict: true,
  formats: { 'date-time': isDateTime },
} as const;
const strict = new Ajv(options);
const reading = new Ajv({ ...options, coerceTypes: true });

/** False: `errors` says why. */
export interface Validator {
  (data: unknown): boolean;
  errors?: ValidateFunction['errors'];
}

export function compileValidator(schema: object, part: string): Validator {
  const fits = (part === 'body' ? strict : reading).compile(schema);
  const validate: Validator = (data) => {
    // First: what the schema accepts is no deeper than it is.
    if (!fits(data)) {
      validate.errors = fits.errors?.map((error) => withOthers(error, schema, data)) ?? null;
      return false;
    }
    const torn = findTorn(data);
    validate.errors = torn === null ? null : [tornError(torn)];
    return torn === null;
  };
  return validate;
}

/** All that is missing at the top is said at once: who learns it one by one has to ask as often. */
function withOthers(error: ErrorObject, schema: object, data: unknown): ErrorObject {
  if (error.keyword !== 'required' || error.instancePath !== '') return error;
  const { missingProperty: first } = error.params as { missingProperty: string };
  const { required } = schema as { required: readonly string[] };
  const others = required.filter((name) => name !== first && !Object.hasOwn(data as object, name));
  if (others.length === 0) return error;
  return { ...error, message: `${error.message}, and ${others.map((name) => `'${name}'`).join(', ')}` };
}

/** The path of a text with half a character ('/name'); null: there is none. */
function findTorn(value: unknown): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : '';
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const torn = findTorn(inner);
    if (torn !== null) return `/${key}${torn}`;
  }
  return null;
}

function tornError(instancePath: string): ErrorObject {
  const message = 'must be Unicode: half of a surrogate pair stands alone';
  return { keyword: 'unicode', instancePath, schemaPath: '#', params: {}, message };
}
