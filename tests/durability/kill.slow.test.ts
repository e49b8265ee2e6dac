/**
 * A server under load is killed at a random moment, twenty times over. Whatever it had acknowledged is there when it is
 * back, and nothing that nobody sent. (The kernel keeps what was written when a process dies: this says nothing about a
 * loss of power.)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KeyedRandom } from '../../system/runtime/kernel/index.ts';
import { Ledger } from './ledger.ts';
import { Client, type Served, serve } from './served.ts';

const KILLS = 20;
/** Requests in flight. */
const LANES = 16;
/** A kill comes with one of this many acknowledgements. */
const FEWEST = 10;
const MOST = 150;

const random = new KeyedRandom(Number(process.env.REHEARSE_PROPERTY_SEED ?? 20_261_125), 'kill');
let directory: string;
let running: Served | null = null;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'durability-'));
  // The first one, which ends in order, leaves its compiled modules to the others.
  await (await serve(join(directory, 'unused'))).stop();
}, 600_000);

afterAll(async () => {
  await running?.kill();
  rmSync(directory, { recursive: true, force: true });
});

/** Sends until the moment of the kill, then kills; resolves when every request has its answer, or none. */
async function loadAndKill(served: Served, ledger: Ledger, client: Client, kill: number): Promise<void> {
  const last = ledger.acknowledged + FEWEST + random.integer(MOST - FEWEST, kill);
  let killed: Promise<void> | null = null;
  const lane = async (_: unknown, number: number) => {
    for (let i = 0; killed === null; i++) {
      const place = number * 1_000_000 + i;
      await ledger.send(client, random.uniform(kill, place), random.uniform(kill, place, 1));
      if (ledger.acknowledged >= last) killed ??= served.kill();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await killed;
}

test(`killed ${KILLS} times under load, it has everything that it had acknowledged and nothing else`, async () => {
  const ledger = new Ledger();
  for (let kill = 0; kill <= KILLS; kill++) {
    running = await serve(join(directory, 'data'));
    const client = new Client(running.url);
    if (kill === 0) await ledger.begin(client);
    const complaints = await ledger.complaints(client, kill === KILLS);
    expect(complaints, `after kill ${kill}: ${running.said()}`).toEqual([]);
    if (kill === KILLS) break;
    await loadAndKill(running, ledger, client, kill);
  }
  expect(ledger.acknowledged).toBeGreaterThan(FEWEST * KILLS);
  expect(await ledger.complaintsAboutStreams(new Client(running!.url))).toEqual([]);
}, 600_000);

test('stopped in order, it has everything as well, and starts without having to leave anything out', async () => {
  const first = running!;
  const play = { playId: 1, trackId: 't1', listenedMs: 1, skipped: false };
  expect(await new Client(first.url).ask('u000000500', 202, 'POST', '/v1/plays', play)).not.toBeNull();
  expect(await first.stop()).toBe(0);
  running = await serve(join(directory, 'data'));
  expect(running.said()).toMatch(
    /^[\d,]+ changes are back from the journal in '.*' \([\d.]+ MB, [\d.]+ s\)\.\n$/,
  );
}, 600_000);
