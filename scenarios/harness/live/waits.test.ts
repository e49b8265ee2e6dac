import { expect, test } from 'vitest';
import { type Wait, waitFigures, waitSeries } from './waits.ts';

const wait = (publishedS: number, seconds: number, isFound = true): Wait => {
  return { publishedS, seconds, isFound, looks: 2 };
};

test('the chart shows for how long the oldest has waited that is not found, and nothing before the first', () => {
  const all = [wait(2.5, 3), wait(4.25, 0.5), wait(8.5, 0.6, false)];
  const { values } = waitSeries({ all, unanswered: 0 }, 1, 10);
  // The first is found at 5.5 s, the second before the step ends that it came in, the last one never.
  expect(values).toEqual([null, null, 0.5, 1.5, 2.5, 0, 0, 0, 0.5, 1.5]);
  expect(waitSeries({ all, unanswered: 0 }, 5, 2).values).toEqual([2.5, 1.5]);
  expect(waitSeries({ all: [], unanswered: 0 }, 5, 2).values).toEqual([null, null]);
});

test('what was not found counts with its age', () => {
  const all = [wait(1, 1), wait(2, 2), wait(3, 9, false)];
  const figures = waitFigures({ all, unanswered: 4 });
  const value = (name: string) => figures.find((figure) => figure.name === name)!.value;
  expect(value('wait of a new track')).toBe(9);
  expect(value('wait of a new track p50')).toBe(2);
  expect(value('new tracks not found by the end')).toBe(1);
  expect(value('looks for new tracks')).toBe(10);
});
