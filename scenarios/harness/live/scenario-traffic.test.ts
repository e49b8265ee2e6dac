import { expect, test } from 'vitest';
import stampede from '../../cache-stampede.ts';
import lag, { PUBLISHED_PER_SECOND, USUAL_PER_SECOND } from '../../consumer-lag.ts';
import partition, { HOT_READS_PER_SECOND } from '../../hot-partition.ts';
import { Draws, HOT_LABEL } from '../../load/draws.ts';
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

test('the incident of new tracks is published by labels, most of it by one', () => {
  const profile = profileOfScenario(lag, { listeners: LISTENERS, fault: true });
  expect(rateOf(profile, 'catalogue.publish')).toBeCloseTo(PUBLISHED_PER_SECOND + USUAL_PER_SECOND, 6);
  const draws = new Draws({ seed: 1, listeners: 10_000, loggedIn: 20, repetition: 0 });
  const { labels, journey } = profile.mix.find(
    ({ traffic }) => traffic.operation === 'catalogue.publish',
  )!.traffic;
  const sent = Array.from({ length: 2_000 }, (_, request) => journey(draws, request).next().value!);
  const hot = sent.filter(({ label }) => label === HOT_LABEL).length / sent.length;
  expect(hot).toBeCloseTo((0.9 * PUBLISHED_PER_SECOND) / (PUBLISHED_PER_SECOND + USUAL_PER_SECOND), 1);
  expect(sent.every(({ label }) => labels!.includes(label!))).toBe(true);
  // Without the fault nobody delivers a catalogue: what is left is of any label but that one.
  const usual = profileOfScenario(lag, { listeners: LISTENERS, fault: false });
  expect(rateOf(usual, 'catalogue.publish')).toBeCloseTo(USUAL_PER_SECOND, 6);
  const few = usual.mix.find(({ traffic }) => traffic.operation === 'catalogue.publish')!.traffic;
  const delivered = Array.from({ length: 200 }, (_, request) => few.journey(draws, request).next().value!);
  expect(delivered.some(({ label }) => label === HOT_LABEL)).toBe(false);
});

test('of two kinds of traffic about the same thing each is sent, by their rates', () => {
  const journey = (from: 'hot' | 'popularity', perSecond: number) =>
    ({
      operation: `playlist.follow ${from}`,
      journey: { kind: 'follow', from },
      perSecond: { trigger: perSecond },
    }) as const;
  const traffic = [journey('hot', 30), journey('popularity', 10)];
  const both = { ...partition, load: { ...partition.load, traffic } };
  const { mix } = profileOfScenario(both, { listeners: LISTENERS, fault: true });
  expect(mix).toHaveLength(1);
  const draws = new Draws({ seed: 1, listeners: 10_000, loggedIn: 20, repetition: 0 });
  const paths = Array.from(
    { length: 2_000 },
    (_, request) => mix[0]!.traffic.journey(draws, request).next().value!.path,
  );
  const hot = paths.filter((path) => path.startsWith('/v1/playlists/hot-')).length;
  expect(hot / paths.length).toBeCloseTo(0.75, 1);
});

test('a scenario whose trigger has nothing but plays is refused, and says what to do', () => {
  const quiet = { ...lag, name: 'quiet', load: { plays: true, traffic: [] } };
  expect(() => profileOfScenario(quiet, { listeners: LISTENERS, fault: true })).toThrow(
    /quiet.*nothing but plays.*rehearse load play/,
  );
});
