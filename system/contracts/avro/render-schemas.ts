/** Writes the TypeScript of the events' Avro schemas: each as a value, and a function that tells the size of a message. */
import {
  type AvroField,
  type AvroRecord,
  type AvroType,
  DriftError,
  isUnion,
  nameOf,
  recordIn,
  recordsIn,
} from './evolve.ts';

const HEAD =
  '/** Avro schemas of the events, and the bytes that their messages take. Generated from the .avsc files by generate.ts: do not edit. */';

/** `byHand`: full names of records that no contract has. */
export function renderSchemas(events: readonly AvroRecord[], byHand: ReadonlySet<string>): string {
  const records = recordsOf(events);
  const ofContracts = records.filter((record) => !byHand.has(nameOf(record)));
  const files = [...new Set(ofContracts.map(({ namespace }) => fileOf(namespace)))].sort();
  const lines = [HEAD, "import type { AvroSchema } from '../../../ports/schema-registry.ts';"];
  for (const file of files) lines.push(`import type * as ${file} from '../../generated/${file}.ts';`);
  lines.push("import * as avro from '../size.ts';");
  for (const event of events)
    lines.push(
      '',
      `export const ${lowerFirst(event.name)}Schema: AvroSchema = JSON.parse(`,
      `  '${JSON.stringify(event).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}',`,
      ');',
    );
  for (const record of records) {
    if (byHand.has(nameOf(record)))
      lines.push('', ...renderType(record), '', ...renderSize(record, record.name));
    else lines.push('', ...renderSize(record, `${fileOf(record.namespace)}.${record.name}`));
  }
  return `${lines.join('\n')}\n`;
}

const lowerFirst = (name: string) => name[0]!.toLowerCase() + name.slice(1);
const fileOf = (namespace: string) => namespace.slice(namespace.lastIndexOf('.') + 1);

/** Every record once. Schemas stand alone, so several define the same one: it has to be the same. */
function recordsOf(events: readonly AvroRecord[]): AvroRecord[] {
  const found = new Map<string, AvroRecord>();
  for (const record of events.flatMap(recordsIn)) {
    const other = found.get(nameOf(record));
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(record))
      throw new DriftError(`${nameOf(record)} is defined in two ways.`);
    found.set(nameOf(record), record);
  }
  return [...found.values()];
}

const BY_HAND: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  double: 'number',
  long: 'number',
};

function renderType({ name, fields }: AvroRecord): string[] {
  const properties = fields.map(({ name: field, type }) => {
    const found = typeof type === 'string' ? BY_HAND[type] : undefined;
    if (found === undefined) throw new DriftError(`${name}.${field}: by hand, only plain types are used.`);
    return `  readonly ${field}: ${found};`;
  });
  return [`export interface ${name} {`, ...properties, '}'];
}

function renderSize({ name, fields }: AvroRecord, type: string): string[] {
  return [
    `export function avroSizeOf${name}(m: ${type}): number {`,
    `  avro.checkRecord(m, '${name}');`,
    '  let size = 0;',
    ...fields.flatMap((field) => renderField(name, field)),
    '  return size;',
    '}',
  ];
}

function renderField(record: string, { name, type }: AvroField): string[] {
  const value = `m.${name}`;
  const path = `${record}.${name}`;
  if (isUnion(type))
    return [
      '  size += avro.INDEX_BYTES;',
      `  if (${value} !== undefined) size += ${sizeOf(type[1], value, path)};`,
    ];
  if (typeof type === 'object' && type.type === 'array')
    return [
      `  size += avro.sizeOfArray(${value}, '${path}');`,
      `  for (const item of ${value}) size += ${sizeOf(type.items, 'item', path)};`,
    ];
  return [`  size += ${sizeOf(type, value, path)};`];
}

function sizeOf(type: AvroType, value: string, path: string): string {
  const record = recordIn(type);
  if (record !== null) return `avroSizeOf${record.name}(${value})`;
  if (typeof type !== 'string') throw new Error(`${path}: lists of lists are not used.`);
  if (type.includes('.')) return `avroSizeOf${type.slice(type.lastIndexOf('.') + 1)}(${value})`;
  return `avro.sizeOf${type[0]!.toUpperCase()}${type.slice(1)}(${value}, '${path}')`;
}
