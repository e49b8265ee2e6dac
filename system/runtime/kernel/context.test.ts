import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CallContext, ProcessLife, RequestTrace } from './context.ts';
import { Simulation } from './simulation.ts';

const life = new ProcessLife('service');

test('a child narrows the deadline, never widens it, and keeps request, incarnation and trace', () => {
  const trace = new RequestTrace([0, 0]);
  const parent = new CallContext(7, life, trace, 1_000);
  const child = parent.child({ deadlineNs: 400, attempt: 2 });
  expect([child.deadlineNs, child.request, child.attempt]).toEqual([400, 7, 2]);
  expect(child.child({ deadlineNs: 9_000 }).deadlineNs).toBe(400);
  child.trace.add(1, 250);
  expect(trace.partsNs).toEqual([0, 250]);
  expect(child.incarnation).toBe(life);
});

test('cancelling a node stops everything below it and nothing beside or above it', () => {
  // A random tree: node i hangs under a node with a smaller number. Some are closed, one is cancelled.
  const tree = fc.record({
    parents: fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
    closed: fc.array(fc.nat(39), { maxLength: 6 }),
    cancelled: fc.nat(40),
  });
  fc.assert(
    fc.property(tree, ({ parents, closed, cancelled }) => {
      const simulation = new Simulation({ seed: 1 });
      const nodes = [new CallContext(0, life)];
      const parentOf = [-1];
      for (const parent of parents) {
        parentOf.push(parent % nodes.length);
        nodes.push(nodes[parent % nodes.length]!.child());
      }
      const calls = nodes.map((node) => simulation.open<void>(node, 'call'));
      for (const call of calls) call.promise.catch(() => {});
      const cut = new Set(closed.map((node) => node % nodes.length));
      for (const node of cut) nodes[node]!.close();
      const target = cancelled % nodes.length;
      nodes[target]!.cancel(new Error('stop'));
      const reached = (node: number): boolean =>
        node === target || (parentOf[node]! >= 0 && !cut.has(node) && reached(parentOf[node]!));
      nodes.forEach((node, i) => {
        expect(node.cancelled !== null).toBe(reached(i));
        expect(calls[i]!.settled).toBe(reached(i));
      });
    }),
    { seed: 5, numRuns: 200 },
  );
});

test('a child of a cancelled context is cancelled from the start', () => {
  const parent = new CallContext(1, life);
  parent.cancel(new Error('gone'));
  expect(parent.child().cancelled?.message).toBe('gone');
});

test('a call opened while its context is being cancelled is rejected, not lost', async () => {
  const simulation = new Simulation({ seed: 1 });
  const context = new CallContext(1, life);
  const first = simulation.open<void>(context, 'first');
  let second: Promise<void> | undefined;
  first.onCancel = () => {
    second = simulation.open<void>(context, 'second').promise;
  };
  context.cancel(new Error('stop'));
  await expect(first.promise).rejects.toThrow('stop');
  await expect(second).rejects.toThrow('stop');
});

test('detached work outlives its request: no deadline, no parent, no trace', () => {
  const trace = new RequestTrace([0]);
  const parent = new CallContext(9, life, trace, 100);
  const refresh = parent.detached();
  parent.cancel(new Error('done'));
  refresh.trace.add(0, 5);
  expect([refresh.cancelled, refresh.deadlineNs, refresh.request]).toEqual([
    null,
    Number.POSITIVE_INFINITY,
    9,
  ]);
  expect(trace.partsNs).toEqual([0]);
});

test('a child that names neither has the attempt and the deadline of its parent', () => {
  const child = new CallContext(7, life, undefined, 1_000, 3).child();
  expect([child.attempt, child.deadlineNs]).toEqual([3, 1_000]);
});

test('the first reason is the reason', () => {
  const context = new CallContext(1, life);
  context.cancel(new Error('deadline'));
  context.cancel(new Error('page'));
  expect(context.cancelled?.message).toBe('deadline');
});

test('a child that is closed twice takes none of its siblings with it', () => {
  const parent = new CallContext(1, life);
  const children = [0, 1, 2].map(() => parent.child());
  for (const child of [children[2]!, children[2]!, children[0]!, children[0]!]) child.close();
  const late = parent.child();
  children[2]!.close();
  parent.cancel(new Error('stop'));
  expect([...children, late].map(({ cancelled }) => cancelled?.message)).toEqual([
    undefined,
    'stop',
    undefined,
    'stop',
  ]);
});

test('requests book on parts of their own, whatever they begin with', () => {
  const template = [0, 0];
  const traces = [new RequestTrace(template), new RequestTrace(template)];
  traces[0]!.add(1, 5);
  expect([template, traces[1]!.partsNs]).toEqual([
    [0, 0],
    [0, 0],
  ]);
});
