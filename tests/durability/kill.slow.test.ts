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

/** Two servers, each with a journal of its own: one starts while the other one works. */
const SERVERS = 2;
const KILLS_EACH = 10;
/** Requests in flight. */
const LANES = 16;
/** A kill comes with one of this many acknowledgements. */
const FEWEST = 10;
const MOST = 100;

const random = new KeyedRandom(Number(process.env.REHEARSE_PROPERTY_SEED ?? 20_261_125), 'kill');
let directory: string;
const running: Served[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'durability-'));
  // The first one, which ends in order, leaves its compiled modules to the others.
  await (await serve(join(directory, 'unused'))).stop();
}, 600_000);

afterAll(async () => {
  await Promise.all(running.map((served) => served.kill()));
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

const dataOf = (server: number) => join(directory, `data-${server}`);

async function killAgainAndAgain(server: number): Promise<void> {
  const ledger = new Ledger();
  for (let kill = 0; kill <= KILLS_EACH; kill++) {
    const served = await serve(dataOf(server));
    running[server] = served;
    const client = new Client(served.url);
    if (kill === 0) await ledger.begin(client);
    const complaints = await ledger.complaints(client, kill === KILLS_EACH);
    expect(complaints, `server ${server} after kill ${kill}: ${served.said()}`).toEqual([]);
    if (kill < KILLS_EACH) await loadAndKill(served, ledger, client, server * KILLS_EACH + kill);
  }
  expect(ledger.acknowledged).toBeGreaterThan(FEWEST * KILLS_EACH);
  expect(await ledger.complaintsAboutStreams(new Client(running[server]!.url))).toEqual([]);
}

test(`killed ${SERVERS * KILLS_EACH} times under load, it has everything that it had acknowledged and nothing else`, async () => {
  await Promise.all(Array.from({ length: SERVERS }, (_, server) => killAgainAndAgain(server)));
}, 600_000);

test('stopped in order, it has everything as well, and starts without having to leave anything out', async () => {
  const first = running[0]!;
  const play = { playId: 1, trackId: 't1', listenedMs: 1, skipped: false };
  expect(await new Client(first.url).ask('u000000500', 202, 'POST', '/v1/plays', play)).not.toBeNull();
  expect(await first.stop()).toBe(0);
  running[0] = await serve(dataOf(0));
  expect(running[0].said()).toMatch(
    /^[\d,]+ changes are back from the journal in '.*' \([\d.]+ MB, [\d.]+ s\)\.\n$/,
  );
}, 600_000);
