import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROMISED } from '../../scenarios/load/objectives.ts';
import { Simulation } from '../runtime/kernel/index.ts';
import { OBJECTIVES } from './objectives.ts';
import { RollingCounters } from './rolling-counter.ts';
import { type SloName, Slos, WINDOWS, type WindowName } from './slo.ts';

const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Virtual time that is moved by hand. */
function setUp() {
  const simulation = new Simulation({ seed: 1 });
  const slos = new Slos(simulation);
  const burn = (window: WindowName, slo: SloName = 'availability', operation = 'getPlaylist') =>
    slos
      .status()
      .find((status) => status.operation === operation && status.slo === slo)!
      .windows.find((one) => one.window === window)!;
  const alerts = (slo: SloName = 'availability') =>
    slos
      .status()
      .find((status) => status.operation === 'getPlaylist' && status.slo === slo)!
      .alerts.filter(({ firing }) => firing)
      .map(({ severity, long }) => `${severity} ${long}`);
  /** One request a second; every `failEvery`th fails (0: none). */
  const serve = (seconds: number, failEvery: number) => {
    for (let i = 1; i <= seconds; i++) {
      simulation.moveTo(simulation.nowNs + SECOND);
      slos.recordCall('gateway.getPlaylist', 1e6, failEvery > 0 && i % failEvery === 0 ? 'fault' : 'success');
    }
  };
  return { simulation, slos, burn, alerts, serve };
}

test('a failure in fifty burns a budget of one in a hundred at twice its speed, in every window', () => {
  const { burn, serve } = setUp();
  serve(600, 50);
  // 12 of 600; a window of five minutes may hold a failure more.
  for (const { name } of WINDOWS) expect(burn(name).burnRate).toBeCloseTo(2, 0);
  expect(burn('3d')).toMatchObject({ events: 600, bad: 12 });
});

test('a window forgets what lies before it', () => {
  const { burn, serve } = setUp();
  serve(300, 2);
  serve(400, 0);
  expect(burn('5m')).toMatchObject({ bad: 0, burnRate: 0 });
  // 150 of 700.
  expect(burn('30m').burnRate).toBeCloseTo((150 / 700) * 100, 6);
});

test('ten minutes of outage after a good day: the hour burns at 16.4, and a page goes out until the short window is good', () => {
  const { alerts, burn, serve } = setUp();
  serve(24 * 3_600, 0);
  serve(600, 1);
  // 600 bad of the 3,600 of an hour (and at most a minute's slot more) at a budget of one in a hundred.
  expect(burn('1h').burnRate).toBeGreaterThan((600 / 3_660) * 100);
  expect(burn('1h').burnRate).toBeLessThanOrEqual((600 / 3_600) * 100);
  expect(burn('5m').burnRate).toBeCloseTo(100, 6);
  // 600 bad of 87,000 in three days: 0.69; of 21,600 in six hours: 2.8.
  expect(burn('3d').burnRate).toBeCloseTo((600 / 87_000) * 100, 6);
  expect(burn('6h').burnRate).toBeCloseTo((600 / 21_600) * 100, 0);
  expect(alerts()).toEqual(['page 1h']);
  serve(310, 0);
  expect(burn('5m').burnRate).toBe(0);
  expect(alerts()).toEqual([]);
});

test('a slow burn pages after hours, and a slower one makes a ticket after days', () => {
  const pages = setUp();
  // One in fourteen is a rate of 7.1.
  pages.serve(7 * 3_600, 14);
  expect(pages.alerts()).toEqual(['page 6h', 'ticket 3d']);
  const ticket = setUp();
  // One in fifty: a rate of 2 for a day.
  ticket.serve(86_400, 50);
  expect(ticket.alerts()).toEqual(['ticket 3d']);
  expect(setUp().alerts()).toEqual([]);
});

test('one failure of a handful alerts nobody', () => {
  const { alerts, burn, serve } = setUp();
  serve(10, 1);
  expect(burn('1h').burnRate).toBeCloseTo(100, 6);
  expect(alerts()).toEqual([]);
});

test('slow answers burn the budget for latency alone, and refusals burn none', () => {
  const { slos, burn } = setUp();
  for (let i = 0; i < 90; i++) slos.record('getPlaylist', 100 * 1e6, 'success');
  for (let i = 0; i < 10; i++) slos.record('getPlaylist', 100 * 1e6 + 1, 'success');
  for (let i = 0; i < 100; i++) slos.record('getPlaylist', 1e12, 'refused');
  expect(burn('5m', 'latency')).toMatchObject({ events: 100, bad: 10 });
  expect(burn('5m', 'latency').burnRate).toBeCloseTo(10, 6);
  expect(burn('5m')).toMatchObject({ events: 200, bad: 0 });
});

test('calls between services count where they serve the public API', () => {
  const { slos, burn } = setUp();
  slos.recordCall('playlist.getPlaylist', 1, 'fault');
  slos.recordCall('catalogue.getTrack', 1, 'fault');
  expect(burn('5m').events).toBe(0);
  slos.recordCall('catalogue.publishTrack', 1, 'success');
  slos.recordCall('gateway.somethingNew', 1, 'fault');
  expect(burn('5m', 'availability', 'publishTrack').events).toBe(1);
  expect(burn('5m', 'availability', 'somethingNew').bad).toBe(1);
});

test('names that are no operations do not grow the tables', () => {
  const { slos } = setUp();
  for (let i = 0; i < 10_000; i++) slos.record(`made-up-${i}`, 1, 'success');
  expect(slos.status().length).toBeLessThanOrEqual(400);
});

test('a window holds all of the last of its length, and at most a sixtieth more, at any rhythm', () => {
  const windowNs = 600;
  const steps = fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), steps, (startNs, gaps) => {
      let nowNs = startNs;
      const counters = new RollingCounters(1, [windowNs, 60 * windowNs], () => nowNs);
      const times: number[] = [];
      for (const gap of gaps) {
        nowNs += gap;
        counters.add(0);
        times.push(nowNs);
        const within = (ns: number) => times.filter((time) => time > nowNs - ns).length;
        const sum = counters.sum(0, 0);
        expect(sum).toBeGreaterThanOrEqual(within(windowNs));
        expect(sum).toBeLessThanOrEqual(within(windowNs + windowNs / 60 + 1));
        expect(counters.sum(1, 0)).toBeGreaterThanOrEqual(sum);
      }
    }),
  );
});

test('burn rates follow the clock, wherever it begins', () => {
  const simulation = new Simulation({ seed: 1, startNs: 5 * HOUR });
  const slos = new Slos(simulation);
  simulation.after(HOUR, () => slos.record('search', 1, 'fault'));
  simulation.advance(6 * HOUR);
  const search = slos.status().find(({ operation }) => operation === 'search')!;
  expect(search.windows.map(({ bad }) => bad)).toEqual([1, 1, 1, 1, 1]);
  simulation.moveTo(6 * HOUR + 10 * MINUTE);
  expect(
    slos
      .status()
      .find(({ operation }) => operation === 'search')!
      .windows.map(({ bad }) => bad),
  ).toEqual([0, 1, 1, 1, 1]);
});

test('thresholds and shares are those by which load is judged', () => {
  const judged: Record<string, keyof typeof PROMISED> = {
    getPlaylist: 'playlist.get',
    getTrack: 'track.get',
    recordPlay: 'play',
    getHistory: 'history.get',
    addTrack: 'playlist.add-track',
    follow: 'playlist.follow',
    unfollow: 'playlist.unfollow',
    search: 'search',
  };
  for (const [operation, name] of Object.entries(judged)) {
    const objective = OBJECTIVES.find((one) => one.operation === operation)!;
    expect([operation, objective.thresholdMs, objective.fast]).toEqual([
      operation,
      PROMISED[name].p99Ms,
      0.99,
    ]);
    expect(100 * (1 - objective.availability)).toBeCloseTo(PROMISED[name].errorPercent, 9);
  }
});
