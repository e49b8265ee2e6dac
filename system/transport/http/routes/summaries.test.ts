import { expect, test } from 'vitest';
import { ROUTES } from './index.ts';

test('summaries, which the front page and the OpenAPI document show, have the right article', () => {
  const wrong = ROUTES.map(({ summary }) => summary).filter(
    // By sound: 'a user', 'a URL', 'a one-time code', 'an hour'.
    (summary) => /\ba (?!u|one)[aeiou]/i.test(summary) || /\ban (?!hour)[^aeiou]/i.test(summary),
  );
  expect(ROUTES.length).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

test('search says of what it finds something: a sample of the population, and what is published', () => {
  const { summary } = ROUTES.find(({ operationId }) => operationId === 'search')!;
  expect(summary).toContain('the most popular of the population, and all that is published');
});
