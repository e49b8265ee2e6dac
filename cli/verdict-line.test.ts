import { expect, test } from 'vitest';
import type { Verdict } from '../reports/result.ts';
import { verdictLine } from './verdict-line.ts';

const verdict: Verdict = {
  scenario: 'consumer-lag',
  case: 'hot key',
  arm: 'more consumers',
  role: 'decoy',
  expected: 'misses',
  observed: 'misses',
  confirmed: true,
  sentence: 'Lag up to 2,202 records.',
};

test('an arm has the mark while it runs that the table gives it at the end', () => {
  const name = 'consumer-lag / hot key / more consumers';
  expect(verdictLine(verdict)).toBe(`✓ ${name} misses, as expected`);
  expect(verdictLine({ ...verdict, observed: 'meets', confirmed: false })).toBe(`✗ ${name} is not confirmed`);
  const unclear = { ...verdict, observed: 'inconclusive', confirmed: false } as const;
  expect(verdictLine(unclear)).toBe(`? ${name} is not confirmed`);
  expect(verdictLine({ ...unclear, overridden: ['indexer.consumers'] })).toBe(
    `? ${name} is not judged: overridden`,
  );
});
