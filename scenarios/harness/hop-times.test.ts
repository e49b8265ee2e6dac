import { expect, test } from 'vitest';
import { HopSheets, HopTimes } from './hop-times.ts';

test('times add up by hop, and a hop without any is not booked', () => {
  const times = new HopTimes(new HopSheets(4).take());
  times.add(2, 5);
  times.add(0, 0);
  times.add(2, 7);
  times.add(3, 0);
  times.add(3, 1);
  const { partsNs, booked } = times.close();
  expect([booked, booked.map((hop) => partsNs[hop])]).toEqual([
    [2, 3],
    [12, 1],
  ]);
});

test('what work books after the answer is no time of the request that has its sheet now', () => {
  const sheets = new HopSheets(2);
  const first = new HopTimes(sheets.take());
  first.add(1, 9);
  sheets.giveBack(first.close());
  const sheet = sheets.take();
  const second = new HopTimes(sheet);
  first.add(0, 100);
  second.add(1, 4);
  first.add(1, 100);
  expect(second.close()).toBe(sheet);
  expect([sheet.booked, sheet.partsNs[0] === 0, sheet.partsNs[1]]).toEqual([[1], true, 4]);
});

test('a request is booked once', () => {
  const times = new HopTimes(new HopSheets(1).take());
  times.close();
  expect(() => times.close()).toThrow('A request was booked twice.');
});
