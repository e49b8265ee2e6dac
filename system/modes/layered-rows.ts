/** Rows of the population, each table from whoever makes it. */
import type { BaseLayer } from '../engines/cassandra/index.ts';
import type { CatalogueRows } from './catalogue-rows.ts';
import type { MediaRows } from './media-rows.ts';

export function layeredRows(catalogue: CatalogueRows, media: MediaRows): BaseLayer {
  const of = (table: string): BaseLayer => (media.has(table) ? media : catalogue);
  return {
    partition: (table, partition) => of(table).partition(table, partition),
    row: (table, partition, index) => of(table).row(table, partition, index),
    find: (table, partition, clustering) => of(table).find?.(table, partition, clustering),
  };
}
