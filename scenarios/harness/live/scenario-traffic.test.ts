import { expect, test } from 'vitest';
import stampede from '../../cache-stampede.ts';
import lag from '../../consumer-lag.ts';
import partition, { HOT_READS_PER_SECOND } from '../../hot-partition.ts';
import { Draws } from '../../load/draws.ts';
import { mixText, profileOfScenario } from './scenario-traffic.ts';

const LISTENERS = 1_000_000;
const rateOf = (profile: ReturnType<typeof profileOfScenario>, operation: string) =>
  profile.mix
    .filter(({ traffic }) => traffic.operation === operation)
    .reduce((sum, { share }) => sum + share * profile.perSecond, 0);

test('a scenario sends live what it sends in its trigger, at the rates of the population', () => {
  const whole = profileOfScenario(partition, { listeners: LISTENERS, fault: true });
  const usual = profileOfScenario(partition, { listeners: LISTENERS, fault: false });
  const half = profileOfScenario(partition, { listeners: LISTENERS / 2, fault: true });
  const HOT = 'playlist.get hot';
  expect(rateOf(whole, HOT) - rateOf(usual, HOT)).toBeCloseTo(HOT_READS_PER_SECOND, 6);
  expect(half.perSecond).toBe(Math.round(whole.perSecond / 2));
  expect(whole.mix[0]!.traffic.operation).toBe(HOT);
  expect(whole.mix.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(mixText(partition, LISTENERS)).toMatch(/^playlist\.get hot 331\/s, playlist\.follow 30\/s/);
});

test('its requests are of the playlists that the scenario makes hot, all of them', () => {
  const draws = new Draws({ seed: 1, listeners: 10_000, loggedIn: 20, repetition: 0 });
  const { mix } = profileOfScenario(stampede, { listeners: LISTENERS, fault: true });
  const { journey } = mix.find(({ traffic }) => traffic.operation === 'playlist.get hot')!.traffic;
  const paths = Array.from({ length: 200 }, (_, request) => journey(draws, request).next().value!.path);
  const count = stampede.load.hotPlaylists!.count;
  const expected = Array.from({ length: count }, (_, i) => `/v1/playlists/hot-${i + 1}`);
  expect([...new Set(paths)].sort()).toEqual(expected.sort());
});

test('what nobody may do from outside is refused, and says what to do', () => {
  expect(() => profileOfScenario(lag, { listeners: LISTENERS, fault: true })).toThrow(
    /publish-track.*rehearse load browse/,
  );
});
