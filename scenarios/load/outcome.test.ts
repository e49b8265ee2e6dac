import { expect, test } from 'vitest';
import { failureOf, shownKind, unanswered, waitedInVain } from './outcome.ts';

const problem = (kind: string) => ({ type: `urn:rehearsal:problem:${kind}`, detail: 'why' });

test('the kind that a problem names goes over what its status could mean', () => {
  expect(failureOf({ status: 503, body: problem('circuit-open'), retryAfter: true })).toEqual({
    kind: 'circuit-open',
    definite: true,
    why: 'why',
  });
});

test('without a problem the status says what can be said', () => {
  const kind = (status: number, retryAfter = false) => failureOf({ status, body: null, retryAfter }).kind;
  expect(kind(429)).toBe('rate-limited');
  expect(kind(503, true)).toBe('overloaded');
  expect(kind(503)).toBe('unavailable');
  expect(kind(504)).toBe('deadline-exceeded');
  expect(kind(302)).toBe('status 302');
});

test('whoever was shed knows that nothing happened; whoever waited in vain does not', () => {
  expect(failureOf({ status: 503, body: problem('overloaded'), retryAfter: true }).definite).toBe(true);
  expect(failureOf({ status: 504, body: null, retryAfter: false }).definite).toBe(false);
  expect(unanswered('refused', '')).toMatchObject({ kind: 'refused', definite: true });
  expect(unanswered('reset', '').definite).toBe(false);
});

test('a timeout that the target answers with is none of the client’s, and both were waited for in vain', () => {
  const answered = failureOf({ status: 504, body: problem('timeout'), retryAfter: false });
  const given = unanswered('no-answer', '');
  expect([answered, given].map(({ kind }) => shownKind(kind))).toEqual([
    'timeout (504)',
    'no answer within 10 s',
  ]);
  for (const { kind, definite } of [answered, given])
    expect([waitedInVain(kind), definite]).toEqual([true, false]);
});
