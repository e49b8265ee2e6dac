import { expect, test } from 'vitest';
import { PortError } from '../../ports/errors.ts';
import { problemOf } from './problem.ts';

const detail = (method: string, definite: boolean) =>
  problemOf(new PortError('not-found', 'playlist.get', definite, 'there is no playlist p1'), {
    id: 'c1',
    method,
  }).problem.detail;

test('whether something was changed is told where the request could have changed it', () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    expect(detail(method, true)).toBe('there is no playlist p1. Nothing was changed.');
    expect(detail(method, false)).toBe('there is no playlist p1. Whether it was done is not known.');
  }
  for (const method of ['GET', 'HEAD', 'OPTIONS'])
    for (const definite of [true, false]) expect(detail(method, definite)).toBe('there is no playlist p1.');
});
