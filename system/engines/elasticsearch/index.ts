/** Elasticsearch: shards, an inverted index with BM25 as Lucene computes it, refresh, bulk, queue limits. */
export { analyze } from './analyzer.ts';
export {
  createElasticsearch,
  type ElasticsearchOptions,
  type EmbeddedElasticsearch,
} from './embedded.ts';
export { type ElasticsearchKnobs, elasticsearchKnobs } from './knobs.ts';
export { hashId, routingShards, shardOf } from './routing.ts';
