/** What the edge has done since its start, by point of presence: counters, which look the same to whoever reads them. */
import type { Counter } from '../engines/engine.ts';
import type { CacheNode } from './cache-node.ts';
import type { EdgeFigures } from './edge.ts';

/** `nodes`: the points of presence and, where there is one, the shield. */
export function countersOf(
  figures: () => EdgeFigures,
  sites: readonly CacheNode[],
  nodes: readonly CacheNode[],
): Counter[] {
  const each = (
    of: readonly CacheNode[],
    name: string,
    description: string,
    read: (node: CacheNode) => number,
  ) =>
    of.map(
      (node): Counter => ({ name, description, labels: { node: node.machine.name }, read: () => read(node) }),
    );
  return [
    ...each(sites, 'edge_requests', 'Requests that came to a point of presence.', ({ requests }) => requests),
    {
      name: 'edge_refused',
      description: 'Requests without a signed URL that counts, or of a site that may not ask.',
      read: () => figures().refused,
    },
    ...each(nodes, 'edge_hits', 'Chunks that were there when they were wanted.', ({ hits }) => hits),
    ...each(nodes, 'edge_misses', 'Chunks that had to be fetched.', ({ misses }) => misses),
    ...each(
      nodes,
      'edge_coalesced',
      'Requests that joined a fetch which others had begun.',
      ({ coalesced }) => coalesced,
    ),
    ...each(
      nodes,
      'edge_origin_requests',
      'Requests to the object store.',
      ({ originRequests }) => originRequests,
    ),
    ...each(nodes, 'edge_origin_bytes', 'Bytes from the object store.', ({ originBytes }) => originBytes),
    ...each(
      sites,
      'edge_egress_bytes',
      'Bytes sent to listeners, headers included.',
      ({ egressBytes }) => egressBytes,
    ),
    {
      name: 'edge_dollars',
      description: 'What requests and bytes to listeners have cost; the object store has its own bill.',
      read: () => figures().dollars,
    },
  ];
}
