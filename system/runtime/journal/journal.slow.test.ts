import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Simulation } from '../kernel/index.ts';
import { RealTime } from '../real-time.ts';
import { type Entry, Journal, type JournalOptions } from './journal.ts';
import type { JournalError } from './journal-error.ts';

const folders: string[] = [];
const running: { journal: Journal; realTime: RealTime }[] = [];

afterEach(async () => {
  for (const { journal, realTime } of running.splice(0)) {
    realTime.stop();
    await journal.close().catch(() => {});
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'journal-'));
  folders.push(made);
  return made;
}

async function start(directory: string, options: Partial<JournalOptions> = {}) {
  const journal = await Journal.open({ directory, identity: {}, ...options });
  const replayed: Entry[] = [];
  await journal.replay((entry) => replayed.push(entry));
  const simulation = new Simulation({ seed: 1, startNs: journal.startNs });
  const failures: JournalError[] = [];
  const realTime = new RealTime(simulation, { onFault: (error) => Promise.reject(error) });
  journal.begin({
    nowNs: () => simulation.nowNs,
    settle: (answer) => realTime.settle(answer),
    onFailure: (error) => failures.push(error),
  });
  const run = { journal, realTime, simulation, replayed, failures };
  running.push(run);
  return run;
}

/** Resolves when everything appended so far is on disk, or rejects with why not. */
const written = (journal: Journal) =>
  new Promise<void>((resolve, reject) => {
    if (journal.allWritten) resolve();
    else journal.whenWritten((failure) => (failure === null ? resolve() : reject(failure)));
  });

async function stop({ journal, realTime }: { journal: Journal; realTime: RealTime }): Promise<void> {
  realTime.stop();
  await journal.close();
}

const changesOf = (entries: readonly Entry[]) => entries.map(({ change }) => change);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

test('what was acknowledged is there after a kill, in order', async () => {
  const directory = folder();
  const { journal } = await start(directory);
  for (let i = 0; i < 500; i++) {
    journal.append('a', i);
    if (i % 7 === 0) await new Promise(setImmediate);
  }
  await written(journal);
  const copy = folder();
  cpSync(directory, copy, { recursive: true });
  expect(changesOf((await start(copy)).replayed)).toEqual(upTo(500));
});

test('changes that come while the disk is busy are acknowledged together', async () => {
  const { journal } = await start(folder());
  const order: number[] = [];
  for (let i = 0; i < 300; i++) {
    journal.append('a', i);
    journal.whenWritten(() => order.push(i));
    if (i % 3 === 0) await new Promise(setImmediate);
  }
  await written(journal);
  expect(order).toEqual(upTo(300));
  const { batches, changes, unwritten } = journal.statistics;
  expect({ changes, unwritten }).toEqual({ changes: 300, unwritten: 0 });
  expect(batches).toBeLessThan(60);
});

test('nobody is acknowledged before the batch is on disk, or outside of a turn', async () => {
  const directory = folder();
  const { journal, realTime } = await start(directory);
  journal.append('a', 'first');
  let acknowledged = false;
  const turns: number[] = [];
  await new Promise<void>((resolve) => {
    journal.whenWritten(() => {
      acknowledged = true;
      turns.push(journal.statistics.unwritten);
      resolve();
    });
    expect(acknowledged).toBe(false);
  });
  expect(turns).toEqual([0]);
  // After the run has stopped nothing is acknowledged, whatever the disk does.
  realTime.stop();
  journal.append('a', 'second');
  acknowledged = false;
  journal.whenWritten(() => {
    acknowledged = true;
  });
  await journal.close();
  expect(acknowledged).toBe(false);
  expect(changesOf((await start(directory)).replayed)).toEqual(['first', 'second']);
});

test('beyond the bound writers wait, and are let in as the disk catches up', async () => {
  const { journal } = await start(folder(), { maxUnwritten: 10 });
  const inside: number[] = [];
  let most = 0;
  const writer = async (i: number) => {
    await new Promise<void>((resolve) => {
      if (journal.tryEnter()) resolve();
      else journal.whenRoom(() => resolve());
    });
    inside.push(i);
    journal.append('a', i);
    most = Math.max(most, journal.statistics.unwritten);
    await written(journal);
  };
  await Promise.all(upTo(200).map(writer));
  expect(inside).toEqual(upTo(200));
  expect(most).toBeLessThanOrEqual(20);
  expect(journal.statistics).toMatchObject({ changes: 200, unwritten: 0 });
});

test('waiters who gave up let in those behind them', async () => {
  const { journal } = await start(folder(), { maxUnwritten: 2 });
  for (const i of upTo(5)) journal.append('a', i);
  let entered = false;
  // They are let in and write nothing.
  for (let i = 0; i < 50; i++) journal.whenRoom(() => {});
  await new Promise<void>((resolve) => {
    journal.whenRoom(() => {
      entered = true;
      resolve();
    });
  });
  expect(entered).toBe(true);
});

test('a full disk acknowledges nothing, is said once, and everything later is refused', async () => {
  const directory = folder();
  const { journal, failures } = await start(directory, { maxBytes: 120_000, maxUnwritten: 50 });
  const acknowledged: number[] = [];
  const refused: number[] = [];
  const text = 'x'.repeat(2_000);
  for (let i = 0; i < 200; i++) {
    journal.append('a', { i, text });
    await written(journal).then(
      () => acknowledged.push(i),
      (error: JournalError) => {
        expect(error.problem).toBe('full');
        refused.push(i);
      },
    );
  }
  expect(failures).toHaveLength(1);
  expect(failures[0]!.message).toMatch(/cannot be written: the disk is full\. Make room and start again\.$/);
  expect(acknowledged.length).toBeGreaterThan(10);
  expect(refused).toEqual(upTo(200).slice(acknowledged.length));
  expect(journal.tryEnter()).toBe(false);
  const problem = new Promise<string | undefined>((resolve) =>
    journal.whenRoom((error) => resolve(error?.problem)),
  );
  expect(await problem).toBe('full');

  const copy = folder();
  cpSync(directory, copy, { recursive: true });
  const { replayed } = await start(copy);
  expect(replayed.map(({ change }) => (change as { i: number }).i)).toEqual(acknowledged);
});

test('a change that cannot be written is a failure, not a lost write', async () => {
  const { journal, failures } = await start(folder());
  journal.append('a', 1);
  await written(journal);
  journal.append('a', () => 'a function');
  await expect(written(journal)).rejects.toThrow('cannot be journalled');
  expect(failures).toHaveLength(1);
});

test('time goes on later than anything written, and after a clean end later than that', async () => {
  const directory = folder();
  const first = await start(directory);
  expect(first.journal.startNs).toBe(0);
  first.journal.append('a', 1);
  await written(first.journal);
  const copy = folder();
  cpSync(directory, copy, { recursive: true });
  const killed = await start(copy);
  expect(killed.journal.startNs).toBeGreaterThan(first.simulation.nowNs);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const endNs = await first.realTime.enter(async () => first.simulation.nowNs);
  await stop(first);
  expect((await start(directory)).journal.startNs).toBeGreaterThan(endNs);
});

test('a replacement is what the next process finds, with what came after it', async () => {
  const directory = folder();
  const first = await start(directory);
  for (const i of upTo(5_000)) first.journal.append('a', i);
  await stop(first);
  const journal = await Journal.open({ directory, identity: {} });
  await journal.replace(upTo(4_500).map((i) => ({ source: 'b', change: -i })));
  const bytes = journal.statistics.bytes;
  await journal.close();
  expect(bytes).toBeLessThan(first.journal.statistics.bytes);
  const second = await start(directory);
  expect(changesOf(second.replayed)).toEqual(upTo(4_500).map((i) => -i));
  second.journal.append('a', 'later');
  await stop(second);
  expect((await start(directory)).replayed.at(-1)).toEqual({ source: 'a', change: 'later' });
});

test('a replacement for which there is no room changes nothing, and the run goes on', async () => {
  const directory = folder();
  const first = await start(directory);
  for (const i of upTo(10)) first.journal.append('a', i);
  await stop(first);
  const journal = await Journal.open({ directory, identity: {}, maxBytes: 60_000 });
  const large = upTo(100).map((i) => ({ source: 'b', change: `${i}`.repeat(5_000) }));
  await expect(journal.replace(large)).rejects.toMatchObject({ problem: 'full' });
  await journal.close();
  expect(changesOf((await start(directory)).replayed)).toEqual(upTo(10));
});
