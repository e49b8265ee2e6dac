/** What is written beside a dead letter, so that somebody can find out what happened and send it again. */
import type { RecordHeaders } from '../../ports/event-log.ts';

export const REASON = 'dead-letter-reason';
/** In words. */
export const ERROR = 'dead-letter-error';
/** Where it was read. */
export const TOPIC = 'dead-letter-topic';
export const PARTITION = 'dead-letter-partition';
export const OFFSET = 'dead-letter-offset';
/** Who could not handle it. */
export const GROUP = 'dead-letter-group';
/** Absent where the message names none. */
export const SCHEMA_ID = 'dead-letter-schema-id';
/** How often this message has become a dead letter. */
export const TIMES = 'dead-letter-times';

/** On a message that was sent again: the group that it is for. The others have handled it. */
export const REDRIVEN_FOR = 'redriven-for';

/** estimate: lengths of name and value, as Kafka's record format writes them. */
const LENGTHS_BYTES = 2;

export function sizeOfHeaders(headers: RecordHeaders | undefined): number {
  if (headers === undefined) return 0;
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length + LENGTHS_BYTES;
  return bytes;
}
