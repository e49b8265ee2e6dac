/** Writes the TypeScript of one contract: types, the service's interface, and a codec for each message. */
import { isScalar, type ProtoField, type ProtoFile, type ProtoMessage } from './parse-proto.ts';

/** As in biome.json: what fits stays on one line. */
const LINE_WIDTH = 110;

export function renderContract(file: ProtoFile): string {
  const lines = [`/** ${file.comment} Generated from ${file.name}.proto by generate.ts: do not edit. */`];
  if (file.service !== null) lines.push("import type { Context } from '../../ports/context.ts';");
  if (file.messages.length > 0) lines.push("import * as wire from '../wire.ts';");
  for (const name of file.imports) {
    const needed = [
      ...file.messages.flatMap(({ fields }) => fields.map(({ type }) => type)),
      ...(file.service?.methods ?? []).flatMap(({ request, response }) => [request, response]),
    ];
    const onlyTypes = !needed.some((type) => type.startsWith(`${name}.`));
    lines.push(`import ${onlyTypes ? 'type ' : ''}* as ${name} from './${name}.ts';`);
  }
  for (const message of file.messages) lines.push('', ...renderType(message));
  if (file.service !== null) lines.push('', ...renderService(file.service));
  for (const message of file.messages) lines.push('', ...renderCodec(message));
  if (file.service !== null) lines.push('', ...renderCalls(file.name, file.service));
  return `${lines.join('\n')}\n`;
}

export function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const lowerFirst = (name: string) => name[0]!.toLowerCase() + name.slice(1);

/** 'catalogue.Track' with 'read' becomes 'catalogue.readTrack'. */
function functionOf(verb: string, type: string): string {
  const dot = type.lastIndexOf('.') + 1;
  return `${type.slice(0, dot)}${verb}${type.slice(dot)}`;
}

function typeOf({ type }: ProtoField): string {
  if (type === 'string') return 'string';
  if (type === 'bool') return 'boolean';
  return isScalar(type) ? 'number' : type;
}

/** `open` and `close` around items: on one line if that fits, else one item a line. */
function enclose(
  indent: string,
  open: string,
  items: readonly string[],
  close: string,
  space: string,
): string[] {
  const line = `${indent}${open}${space}${items.join(', ')}${space}${close}`;
  if (line.length <= LINE_WIDTH) return [line];
  return [`${indent}${open}`, ...items.map((item) => `${indent}  ${item},`), `${indent}${close}`];
}

function arrow(head: string, body: string): string[] {
  const line = `${head} => ${body};`;
  return line.length <= LINE_WIDTH ? [line] : [`${head} =>`, `  ${body};`];
}

/** A statement after its condition: on one line if that fits. */
function guarded(condition: string, statement: string): string[] {
  const line = `  ${condition} ${statement};`;
  return line.length <= LINE_WIDTH ? [line] : [`  ${condition}`, `    ${statement};`];
}

const comment = (text: string, indent: string) => (text === '' ? [] : [`${indent}/** ${text} */`]);

function renderType({ name, fields, comment: said }: ProtoMessage): string[] {
  if (fields.length === 0)
    return [...comment(said, ''), `export type ${name} = Readonly<Record<string, never>>;`];
  const lines = [...comment(said, ''), `export interface ${name} {`];
  for (const field of fields) {
    lines.push(...comment(field.comment, '  '));
    const key = camelCase(field.name);
    if (field.repeated) lines.push(`  readonly ${key}: readonly ${typeOf(field)}[];`);
    else lines.push(`  readonly ${key}${isScalar(field.type) ? '' : '?'}: ${typeOf(field)};`);
  }
  return [...lines, '}'];
}

function renderService({ name, methods }: NonNullable<ProtoFile['service']>): string[] {
  const lines = [`export interface ${name}Api {`];
  for (const method of methods) {
    lines.push(...comment(method.comment, '  '));
    lines.push(
      `  ${lowerFirst(method.name)}(context: Context, request: ${method.request}): Promise<${method.response}>;`,
    );
  }
  const names = methods.map((method) => `'${lowerFirst(method.name)}'`);
  lines.push('}', '');
  lines.push(...enclose('', `export const ${lowerFirst(name)}Methods = [`, names, '] as const;', ''));
  return lines;
}

function renderCalls(file: string, { name, methods }: NonNullable<ProtoFile['service']>): string[] {
  const lines = [
    '/** How its calls travel between processes. */',
    `export const ${lowerFirst(name)}Service: wire.Service<${name}Api> = {`,
    `  name: 'rehearsal.${file}.${name}',`,
    '  calls: {',
  ];
  for (const { name: method, request, response } of methods) {
    lines.push(
      `    ${lowerFirst(method)}: {`,
      `      name: '${method}',`,
      `      encodeRequest: ${functionOf('encode', request)},`,
      `      decodeRequest: ${functionOf('decode', request)},`,
      `      encodeResponse: ${functionOf('encode', response)},`,
      `      decodeResponse: ${functionOf('decode', response)},`,
      '    },',
    );
  }
  return [...lines, '  },', '};'];
}

function renderCodec(message: ProtoMessage): string[] {
  const { name, fields } = message;
  const size = fields.length === 0 ? '0' : `sizeOf${name}(m)`;
  return [
    ...renderSize(message),
    '',
    ...renderWrite(message),
    '',
    ...renderRead(message),
    '',
    ...arrow(`export const encode${name} = (m: ${name})`, `wire.encode(${size}, write${name}, m)`),
    ...arrow(`export const decode${name} = (bytes: Uint8Array)`, `read${name}(new wire.Reader(bytes))`),
  ];
}

const WIRE_TYPES: Readonly<Record<string, number>> = { bool: 0, uint32: 0, uint64: 0, double: 1 };
const tagOf = (field: ProtoField) => field.number * 8 + (WIRE_TYPES[field.type] ?? 2);
const varintBytes = (value: number) => (value < 128 ? 1 : value < 16_384 ? 2 : 3);

/** What has to hold for a field to be written: proto3 leaves defaults out. */
function presence(field: ProtoField, value: string): string {
  if (field.type === 'string') return `${value} !== ''`;
  if (field.type === 'bool') return value;
  // Minus zero is not the default.
  if (field.type === 'double') return `!Object.is(${value}, 0)`;
  return isScalar(field.type) ? `${value} !== 0` : `${value} !== undefined`;
}

function sizeOf(field: ProtoField, value: string): string {
  const tag = varintBytes(tagOf(field));
  if (field.type === 'string') return `${tag} + wire.sizeOfBlock(wire.sizeOfText(${value}))`;
  if (field.type === 'bool') return `${tag + 1}`;
  if (field.type === 'double') return `${tag + 8}`;
  if (isScalar(field.type)) return `${tag} + wire.sizeOfVarint(${value})`;
  return `${tag} + wire.sizeOfBlock(${functionOf('sizeOf', field.type)}(${value}))`;
}

function writeOf(field: ProtoField, value: string): string {
  const tag = tagOf(field);
  if (field.type === 'string') return `w.text(${tag}, ${value})`;
  if (field.type === 'bool') return `w.number(${tag}, 1)`;
  if (field.type === 'double') return `w.double(${tag}, ${value})`;
  if (isScalar(field.type)) return `w.number(${tag}, ${value})`;
  const size = `${functionOf('sizeOf', field.type)}(${value})`;
  return `w.message(${tag}, ${size}, ${functionOf('write', field.type)}, ${value})`;
}

function readOf(field: ProtoField): string {
  if (field.type === 'string') return 'r.text()';
  if (field.type === 'bool') return 'r.varint() !== 0';
  if (field.type === 'double') return 'r.double()';
  return isScalar(field.type) ? 'r.varint()' : `r.message(${functionOf('read', field.type)})`;
}

function renderSize({ name, fields }: ProtoMessage): string[] {
  if (fields.length === 0) return [`export const sizeOf${name} = (_: ${name}) => 0;`];
  const lines = [`export function sizeOf${name}(m: ${name}): number {`, '  let size = 0;'];
  for (const field of fields) {
    const value = `m.${camelCase(field.name)}`;
    if (field.repeated)
      lines.push(...guarded(`for (const item of ${value})`, `size += ${sizeOf(field, 'item')}`));
    else lines.push(...guarded(`if (${presence(field, value)})`, `size += ${sizeOf(field, value)}`));
  }
  return [...lines, '  return size;', '}'];
}

function renderWrite({ name, fields }: ProtoMessage): string[] {
  if (fields.length === 0) return [`export function write${name}(_w: wire.Writer, _m: ${name}): void {}`];
  const lines = [`export function write${name}(w: wire.Writer, m: ${name}): void {`];
  for (const field of fields) {
    const value = `m.${camelCase(field.name)}`;
    if (field.repeated) lines.push(...guarded(`for (const item of ${value})`, writeOf(field, 'item')));
    else lines.push(...guarded(`if (${presence(field, value)})`, writeOf(field, value)));
  }
  return [...lines, '}'];
}

function renderRead({ name, fields }: ProtoMessage): string[] {
  const lines = [`export function read${name}(r: wire.Reader): ${name} {`];
  if (fields.length === 0)
    return [...lines, '  while (r.at < r.end) r.skip(r.varint());', '  return {};', '}'];
  for (const field of fields) {
    const key = camelCase(field.name);
    const initial = { string: "''", boolean: 'false', number: '0' }[typeOf(field)];
    if (field.repeated) lines.push(`  const ${key}: ${typeOf(field)}[] = [];`);
    else if (initial === undefined) lines.push(`  let ${key}: ${typeOf(field)} | undefined;`);
    else lines.push(`  let ${key} = ${initial};`);
  }
  lines.push('  while (r.at < r.end) {', '    const tag = r.varint();');
  fields.forEach((field, i) => {
    const key = camelCase(field.name);
    const action = field.repeated ? `${key}.push(${readOf(field)})` : `${key} = ${readOf(field)}`;
    lines.push(`    ${i === 0 ? '' : 'else '}if (tag === ${tagOf(field)}) ${action};`);
  });
  lines.push('    else r.skip(tag);', '  }');
  return [
    ...lines,
    ...enclose(
      '  ',
      'return {',
      fields.map((f) => camelCase(f.name)),
      '};',
      ' ',
    ),
    '}',
  ];
}
