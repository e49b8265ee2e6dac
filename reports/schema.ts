/**
 * Checks a value against a JSON Schema, in the subset that `result.schema.json` is written in. An own validator keeps
 * the install small and says in words what is wrong and where. A keyword that it does not know is an error of ours:
 * a rule that is silently ignored is worse than none.
 */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

export interface SchemaProblem {
  /** 'scenarios[0].cases[1].name'; empty for the whole document. */
  readonly path: string;
  /** 'is missing', 'should be a number, found "12"'. */
  readonly what: string;
}

const KEYWORDS = new Set([
  '$ref',
  'type',
  'const',
  'enum',
  'minimum',
  'exclusiveMinimum',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  '$defs',
  // Words for the reader.
  '$schema',
  '$id',
  'title',
  'description',
]);

/** The first thing that is wrong, or null. `root` is the document in which `$ref` is looked up. */
export function findProblem(
  value: unknown,
  schema: Schema,
  path = '',
  root: Schema = schema,
): SchemaProblem | null {
  if (schema.$ref !== undefined) return findProblem(value, resolve(schema.$ref, root), path, root);
  const problem = (what: string): SchemaProblem => ({ path, what });
  if (schema.const !== undefined && value !== schema.const)
    return problem(`should be ${JSON.stringify(schema.const)}, found ${shown(value)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return problem(`should be one of ${schema.enum.join(', ')}, found ${shown(value)}`);
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(type as string, value)))
    return problem(
      `should be ${types.map((type) => TYPE_WORDS[type as string]).join(' or ')}, found ${shown(value)}`,
    );
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum)
      return problem(`should be at least ${schema.minimum}, found ${value}`);
    if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum)
      return problem(`should be more than ${schema.exclusiveMinimum}, found ${value}`);
  }
  if (Array.isArray(value)) return inArray(value, schema, path, root);
  if (typeof value === 'object' && value !== null)
    return inObject(value as Record<string, unknown>, schema, path, root);
  return null;
}

function inArray(
  value: readonly unknown[],
  schema: Schema,
  path: string,
  root: Schema,
): SchemaProblem | null {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, prefixItems = [], items } = schema;
  if (value.length < minItems || value.length > maxItems)
    return { path, what: `should have ${minItems} to ${maxItems} items, found ${value.length}` };
  for (let index = 0; index < value.length; index++) {
    const rule = prefixItems[index] ?? items;
    if (rule === undefined) continue;
    const found = findProblem(value[index], rule, `${path}[${index}]`, root);
    if (found !== null) return found;
  }
  return null;
}

function inObject(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: string,
  root: Schema,
): SchemaProblem | null {
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) return { path: at(key), what: 'is missing' };
  }
  const properties = schema.properties ?? {};
  for (const key of Object.keys(value)) {
    const rule = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
    if (rule === undefined) continue;
    const found = findProblem(value[key], rule, at(key), root);
    if (found !== null) return found;
  }
  return null;
}

/** Keywords of a schema that this validator would ignore, with where they stand. */
export function unknownKeywords(schema: Schema, path = '#'): string[] {
  const own = Object.keys(schema)
    .filter((keyword) => !KEYWORDS.has(keyword))
    .map((keyword) => `${path}/${keyword}`);
  const named = [schema.properties ?? {}, schema.$defs ?? {}].flatMap((rules) =>
    Object.entries(rules).flatMap(([name, rule]) => unknownKeywords(rule, `${path}/${name}`)),
  );
  const listed = [schema.items, schema.additionalProperties, ...(schema.prefixItems ?? [])]
    .filter((rule) => rule !== undefined)
    .flatMap((rule) => unknownKeywords(rule, `${path}/items`));
  return [...own, ...named, ...listed];
}

function resolve(reference: string, root: Schema): Schema {
  const found = root.$defs?.[reference.replace('#/$defs/', '')];
  if (found === undefined) throw new Error(`The schema refers to ${reference}, which it does not define.`);
  return found;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'an object',
};

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

/** Long values are cut: the message has to stay one sentence. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
