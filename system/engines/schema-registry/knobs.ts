/** Everything about the modelled schema registry that a scenario may turn; defaults are Confluent's where it has them. */

import type { KnobValues } from '../../ports/knobs.ts';
import { COMPATIBILITY_LEVELS, type CompatibilityLevel } from '../../ports/schema-registry.ts';
import { withDefaults } from '../with-defaults.ts';

export const schemaRegistryKnobs = {
  // The fewest that survive the loss of one; it is off the path of messages.
  nodes: { default: 2, unit: '1', description: 'Nodes of the registry; one leads.', min: 1, max: 10 },
  coresPerNode: { default: 2, unit: '1', description: 'CPU cores of a node.', min: 1, max: 64 },
  // schema.compatibility.level: backward
  compatibility: {
    default: 'BACKWARD' as CompatibilityLevel,
    unit: '',
    description: 'What new versions must be able to do, where a subject does not say.',
    values: COMPATIBILITY_LEVELS,
  },
  // estimate: nodes elect their leader through a consumer group whose session is ten seconds.
  failoverMs: {
    default: 10_000,
    unit: 'ms',
    description: 'From the crash of the leader to the next one; nothing is registered meanwhile.',
    min: 0,
  },
  // estimate: a follower reads the topic of schemas like any consumer, some polls behind.
  followerLagMs: {
    default: 50,
    unit: 'ms',
    description: 'How much later than the leader other nodes know a schema.',
    min: 0,
  },
} as const;

export type SchemaRegistryKnobs = KnobValues<typeof schemaRegistryKnobs>;

export function resolveKnobs(knobs: Partial<SchemaRegistryKnobs> = {}): SchemaRegistryKnobs {
  return withDefaults('The schema registry', schemaRegistryKnobs, knobs);
}
