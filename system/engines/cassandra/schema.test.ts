import { describe, expect, it } from 'vitest';
import type { TableDefinition } from '../../ports/wide-column-store.ts';
import { tokenHigh, tokenLow, tokenOf } from './murmur3.ts';
import { partitionOverheadBytes, rowBytes, Table } from './schema.ts';

const definition: TableDefinition = {
  name: 'followers',
  columns: {
    playlist_id: 'uuid',
    bucket: 'int',
    user_id: 'bigint',
    since: 'timestamp',
    nick: 'text',
    cover: 'blob',
    title: 'text',
  },
  partitionKey: ['playlist_id', 'bucket'],
  clusteringKey: ['user_id'],
  staticColumns: ['title'],
  clusteringOrder: 'desc',
};

describe('schema', () => {
  it('serialises a composite partition key as Cassandra does: length, bytes, zero', () => {
    const id = '00112233-4455-6677-8899-aabbccddeeff';
    new Table(definition, 0).computeToken([id, 7]);
    const bytes = Uint8Array.from([
      0, 16, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
      0, 0, 4, 0, 0, 0, 7, 0,
    ]);
    const token = (BigInt(tokenHigh) << 32n) | BigInt(tokenLow);
    expect(token).toBe(tokenOf(bytes));
  });

  it('counts a row’s bytes from its encoding', () => {
    const row = { playlist_id: 'x', bucket: 0, user_id: 5, since: 1, nick: 'Zoë', cover: 1000 };
    // flags 1, sizes 4, timestamp 5, clustering header 1 + 8; since: flags 1 + 8; nick: 1 + 1 + 4; cover: 1 + 2 + 1000
    expect(rowBytes(definition, row)).toBe(19 + 9 + 6 + 1003);
    // without the cover: one byte says which columns are there
    expect(rowBytes(definition, { ...row, cover: null })).toBe(19 + 9 + 6 + 1);
    // a static row: one more byte of flags, no clustering; title: 1 + 1 + 4
    expect(rowBytes(definition, { title: 'Rock' })).toBe(11 + 6);
    expect(rowBytes(definition, row, true)).toBe(rowBytes(definition, row) + 5);
    expect(partitionOverheadBytes(definition, ['00112233-4455-6677-8899-aabbccddeeff', 7])).toBe(22 + 2 * 26);
  });

  it('orders clustering values by the table’s direction and takes a short list as a prefix', () => {
    const table = new Table(definition, 0);
    expect(table.compare([1], [2])).toBeGreaterThan(0);
    expect(table.compare([2], [1])).toBeLessThan(0);
    expect(table.compare([2], [])).toBe(0);
  });

  it('refuses columns that do not exist and keys that are incomplete', () => {
    const table = new Table(definition, 0);
    expect(table.checkRow({ playlist_id: 'x', bucket: 1, user_id: 1, colour: 'red' }, 'upsert')?.kind).toBe(
      'invalid',
    );
    expect(table.checkRow({ playlist_id: 'x', user_id: 1 }, 'upsert')?.definite).toBe(true);
    expect(table.checkRow({ playlist_id: 'x', bucket: 1, title: 'only static' }, 'upsert')).toBeNull();
    expect(table.checkRow({ playlist_id: 'x', bucket: 1, nick: 'lost' }, 'upsert')?.kind).toBe('invalid');
  });
});
