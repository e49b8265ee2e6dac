/** What services and streams say through the log is what the schemas of its topics hold: no field is lost on the way. */
import { expect, test } from 'vitest';
import { SESSIONS, SESSIONS_LATE, TOP_CHARTS_LATE, TOP_CHARTS_PARTS } from '../../contracts/topics.ts';
import { charts, createStreamBench, sessions } from '../listening/streams/test-streams.ts';
import { contractOf } from './test-formats.ts';

test('results of streams, what came too late and what goes between their stages fit their schemas', async () => {
  const streams = createStreamBench();
  streams.start(sessions, 'session-state-1');
  streams.start(charts, 'top-charts-1');
  // Late enough for both topics of what was too late.
  streams.feed(60, { perSecond: 12, listeners: 60, lateS: 60 });
  await streams.bench.run(100);
  for (const topic of [SESSIONS, SESSIONS_LATE, TOP_CHARTS_LATE, TOP_CHARTS_PARTS]) {
    const { schema, sizeOf } = contractOf(topic);
    const names = (schema as unknown as { fields: { name: string }[] }).fields.map(({ name }) => name);
    const messages = streams.kafka.inspect(topic).flatMap(({ records }) => records.map(({ value }) => value));
    expect(messages.length, topic).toBeGreaterThan(0);
    for (const message of messages) {
      expect(sizeOf(message)).toBeGreaterThan(0);
      expect(names).toEqual(expect.arrayContaining(Object.keys(message as object)));
    }
  }
});
