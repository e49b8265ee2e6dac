/**
 * Tables as the engine uses them: key columns resolved once, partition keys as strings and as tokens, clustering order,
 * and the bytes that a row takes on disk.
 */
import { PortError } from '../../ports/errors.ts';
import type { ColumnType, ColumnValue, Row, TableDefinition } from '../../ports/wide-column-store.ts';
import { computeToken } from './murmur3.ts';

// cassandra: gc_grace_seconds defaults to 864,000 (ten days)
const DEFAULT_GC_GRACE_SECONDS = 864_000;

export class Table {
  readonly index: number;
  readonly name: string;
  readonly definition: TableDefinition;
  readonly partitionKey: readonly string[];
  readonly clusteringKey: readonly string[];
  readonly staticColumns: readonly string[];
  /** Neither key nor static. */
  readonly regularColumns: readonly string[];
  readonly leveled: boolean;
  readonly gcGraceNs: number;
  readonly #types: readonly ColumnType[];
  readonly #firstDirection: number;
  readonly #known: ReadonlySet<string>;

  constructor(definition: TableDefinition, index: number) {
    this.index = index;
    this.name = definition.name;
    this.definition = definition;
    this.partitionKey = definition.partitionKey;
    this.clusteringKey = definition.clusteringKey;
    this.staticColumns = definition.staticColumns ?? [];
    const names = Object.keys(definition.columns);
    const special = new Set([...this.partitionKey, ...this.clusteringKey, ...this.staticColumns]);
    for (const name of special) {
      if (!(name in definition.columns)) throw new RangeError(`Table ${this.name} has no column '${name}'.`);
    }
    if (this.partitionKey.length === 0)
      throw new RangeError(`Table ${this.name} needs a partition key of at least one column.`);
    this.regularColumns = names.filter((name) => !special.has(name));
    this.leveled = definition.compaction === 'leveled';
    this.gcGraceNs = (definition.gcGraceSeconds ?? DEFAULT_GC_GRACE_SECONDS) * 1e9;
    this.#types = this.partitionKey.map((name) => definition.columns[name]!);
    this.#firstDirection = definition.clusteringOrder === 'desc' ? -1 : 1;
    this.#known = new Set(names);
  }

  /** The partition key as one string: equal keys, equal strings. */
  keyOf(partition: readonly ColumnValue[]): string {
    if (partition.length === 1) return String(partition[0]);
    let key = String(partition[0]);
    for (let i = 1; i < partition.length; i++) key += `\u0000${partition[i]}`;
    return key;
  }

  /** Leaves the partition's token in `tokenHigh` and `tokenLow` of `murmur3.ts`. */
  computeToken(partition: readonly ColumnValue[]): void {
    if (partition.length === 1) {
      computeToken(buffer, write(this.#types[0]!, partition[0]!, 0));
      return;
    }
    // A composite key is each component's length (two bytes), its bytes and a zero byte.
    let at = 0;
    for (let i = 0; i < partition.length; i++) {
      const end = write(this.#types[i]!, partition[i]!, at + 2);
      const length = end - at - 2;
      buffer[at] = length >> 8;
      buffer[at + 1] = length & 255;
      buffer[end] = 0;
      at = end + 1;
    }
    computeToken(buffer, at);
  }

  /** Order of clustering values; the shorter of the two is taken as a prefix, which equals all that it begins. */
  compare(a: readonly ColumnValue[], b: readonly ColumnValue[]): number {
    const length = a.length < b.length ? a.length : b.length;
    for (let i = 0; i < length; i++) {
      const x = a[i] as string;
      const y = b[i] as string;
      if (x === y) continue;
      const order = x < y ? -1 : 1;
      return i === 0 ? order * this.#firstDirection : order;
    }
    return 0;
  }

  clusteringOf(row: Row): ColumnValue[] {
    const clustering: ColumnValue[] = [];
    for (const name of this.clusteringKey) clustering.push(row[name]!);
    return clustering;
  }

  partitionOf(row: Row): ColumnValue[] {
    const partition: ColumnValue[] = [];
    for (const name of this.partitionKey) partition.push(row[name]!);
    return partition;
  }

  /** Null when the statement makes sense, otherwise the error that its caller gets. */
  checkPartition(
    partition: readonly ColumnValue[],
    prefix: readonly ColumnValue[] | undefined,
    operation: string,
  ): PortError | null {
    if (partition.length !== this.partitionKey.length)
      return invalid(operation, `${this.name} has ${this.partitionKey.length} partition key columns`);
    for (const value of partition) {
      if (value === null || value === undefined)
        return invalid(operation, `a partition key column of ${this.name} is missing`);
    }
    if (prefix !== undefined && prefix.length > this.clusteringKey.length)
      return invalid(operation, `${this.name} has ${this.clusteringKey.length} clustering columns`);
    return null;
  }

  checkRow(row: Row, operation: string): PortError | null {
    for (const name in row) {
      if (!this.#known.has(name)) return invalid(operation, `${this.name} has no column '${name}'`);
    }
    for (const name of this.partitionKey) {
      if (row[name] === undefined || row[name] === null)
        return invalid(operation, `${this.name}.${name} is missing`);
    }
    const given = this.clusteringKey.filter((name) => row[name] !== undefined && row[name] !== null).length;
    if (given === this.clusteringKey.length) return null;
    if (given > 0 || this.staticColumns.length === 0)
      return invalid(operation, `a clustering column of ${this.name} is missing`);
    for (const name of this.regularColumns) {
      if (name in row) return invalid(operation, `${this.name}.${name} needs the clustering columns`);
    }
    return null;
  }
}

export function invalid(operation: string, detail: string): PortError {
  return new PortError('invalid', operation, true, detail);
}

/** Serialised partition keys are built here; Cassandra's limit for one is 64 KiB. */
const buffer = new Uint8Array(65_536 * 4);
const view = new DataView(buffer.buffer);

/** Writes a value as Cassandra's types serialise it; returns where it ends. */
function write(type: ColumnType, value: ColumnValue, at: number): number {
  switch (type) {
    case 'int':
      view.setInt32(at, value as number);
      return at + 4;
    case 'bigint':
    case 'timestamp':
      view.setInt32(at, Math.floor((value as number) / 4294967296));
      view.setUint32(at + 4, (value as number) >>> 0);
      return at + 8;
    case 'double':
      view.setFloat64(at, value as number);
      return at + 8;
    case 'boolean':
      buffer[at] = value ? 1 : 0;
      return at + 1;
    case 'uuid':
      return writeUuid(String(value), at);
    default:
      return writeText(String(value), at);
  }
}

function writeText(text: string, at: number): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) buffer[at++] = code;
    else if (code < 0x800) {
      buffer[at++] = 0xc0 | (code >> 6);
      buffer[at++] = 0x80 | (code & 63);
    } else if (code >= 0xd800 && code < 0xdc00 && i + 1 < text.length) {
      const point = 0x10000 + ((code - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00);
      buffer[at++] = 0xf0 | (point >> 18);
      buffer[at++] = 0x80 | ((point >> 12) & 63);
      buffer[at++] = 0x80 | ((point >> 6) & 63);
      buffer[at++] = 0x80 | (point & 63);
    } else {
      buffer[at++] = 0xe0 | (code >> 12);
      buffer[at++] = 0x80 | ((code >> 6) & 63);
      buffer[at++] = 0x80 | (code & 63);
    }
  }
  return at;
}

/** Sixteen bytes; text that is no UUID hashes as text, so that readable identifiers may be used in models and tests. */
function writeUuid(text: string, at: number): number {
  if (text.length !== 36) return writeText(text, at);
  for (let i = 0, digits = 0; i < 36; i++) {
    const code = text.charCodeAt(i);
    if (code === 45) continue;
    const digit = code < 58 ? code - 48 : (code | 32) - 87;
    if (digit < 0 || digit > 15) return writeText(text, at);
    if ((digits & 1) === 0) buffer[at + (digits >> 1)] = digit << 4;
    else buffer[at + (digits >> 1)]! |= digit;
    digits++;
  }
  return at + 16;
}

/** Of a text in UTF-8. */
function textBytes(text: string): number {
  // The platform is faster where a call of it is worth its while: ids are short, steps of streams and segments are not.
  if (text.length > 64) return Buffer.byteLength(text);
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** Bytes of an unsigned vint: 7 bits in one byte, 14 in two, and so on. */
function vintBytes(value: number): number {
  let bytes = 1;
  for (let rest = Math.floor(value / 128); rest > 0 && bytes < 9; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** A value within a row: fixed types as they are, others after their length. */
function valueBytes(type: ColumnType, value: ColumnValue): number {
  switch (type) {
    case 'int':
      return 4;
    case 'bigint':
    case 'timestamp':
    case 'double':
      return 8;
    case 'boolean':
      return 1;
    case 'uuid':
      return 16;
    case 'blob':
      return vintBytes(Number(value)) + Number(value);
    case 'text': {
      const bytes = textBytes(String(value));
      return vintBytes(bytes) + bytes;
    }
  }
}

// Format 'mc' and later (Cassandra 3.0+: UnfilteredSerializer, Cell.Serializer), before compression:
// flags 1; clustering: a header vint for every 32 columns, then the values; body size and previous size, each a vint of
// about 2; timestamp of the row as a vint of the difference to the SSTable's smallest one: microseconds of some hours, 5.
const ROW_FLAGS = 1;
const ROW_SIZES = 4;
const TIMESTAMP_DELTA = 5;
/** Flags of a cell; cells written with their row share its timestamp. */
const CELL_FLAGS = 1;
/** Which of the table's columns are there, when not all are: a vint bitmap. */
const COLUMN_SUBSET = 1;
/** Static rows carry a second byte of flags. */
const EXTENDED_FLAGS = 1;
/** TTL and local deletion time, as differences to the SSTable's smallest: 2 + 3. */
const EXPIRY = 5;
// Partition: key length 2, deletion time 4 + 8, end marker 1; its entry in the index file: key length 2, position about 4,
// size of the promoted index 1.
const PARTITION_OVERHEAD = 2 + 12 + 1 + 2 + 4 + 1;

interface SizedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** What a row on disk has of a table's columns: gone through for every row that is written. */
interface RowLayout {
  readonly clustering: readonly SizedColumn[];
  readonly statics: readonly SizedColumn[];
  readonly regular: readonly SizedColumn[];
}

const layouts = new WeakMap<TableDefinition, RowLayout>();

function layoutOf(definition: TableDefinition): RowLayout {
  const known = layouts.get(definition);
  if (known !== undefined) return known;
  const { columns, partitionKey, clusteringKey, staticColumns = [] } = definition;
  const sized = (names: readonly string[]) =>
    names.map((name): SizedColumn => ({ name, type: columns[name]! }));
  const keys = new Set([...partitionKey, ...clusteringKey]);
  const others = Object.keys(columns).filter((name) => !keys.has(name));
  const layout = {
    clustering: sized(clusteringKey),
    statics: sized(others.filter((name) => staticColumns.includes(name))),
    regular: sized(others.filter((name) => !staticColumns.includes(name))),
  };
  layouts.set(definition, layout);
  return layout;
}

const isAbsent = (value: ColumnValue | undefined) => value === undefined || value === null;

/**
 * Bytes of a row on disk before compression, as `nodetool tablehistograms` counts partition sizes. The static columns,
 * stored once a partition, are not counted here unless the row has no clustering values (a static row).
 */
export function rowBytes(definition: TableDefinition, row: Row, ttl = false): number {
  const { clustering, statics, regular } = layoutOf(definition);
  const isStatic = clustering.some(({ name }) => isAbsent(row[name]));
  let bytes = ROW_FLAGS + ROW_SIZES + TIMESTAMP_DELTA + (ttl ? EXPIRY : 0);
  if (isStatic) bytes += EXTENDED_FLAGS;
  else if (clustering.length > 0) {
    bytes += Math.ceil(clustering.length / 32);
    for (const { name, type } of clustering) bytes += valueBytes(type, row[name]!);
  }
  let missing = false;
  for (const { name, type } of isStatic ? statics : regular) {
    const value = row[name];
    if (isAbsent(value)) missing = true;
    else bytes += CELL_FLAGS + valueBytes(type, value!);
  }
  return missing ? bytes + COLUMN_SUBSET : bytes;
}

/** Bytes of a partition beside its rows: key, deletion time, end marker, index entry. */
export function partitionOverheadBytes(
  definition: TableDefinition,
  partition: readonly ColumnValue[],
): number {
  let key = 0;
  for (let i = 0; i < partition.length; i++) {
    const type = definition.columns[definition.partitionKey[i]!]!;
    key += type === 'text' ? textBytes(String(partition[i])) : valueBytes(type, partition[i]!);
  }
  if (partition.length > 1) key += 3 * partition.length;
  // The key is written twice: at the head of the partition and in the index file.
  return PARTITION_OVERHEAD + 2 * key;
}
