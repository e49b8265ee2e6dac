import { expect, test } from 'vitest';
import { object, whole } from './schemas.ts';
import { compileValidator } from './validation.ts';

const messageOf = (body: unknown) => {
  const validate = compileValidator(object({ one: whole(), two: whole(), three: whole() }), 'body');
  return validate(body) ? null : validate.errors![0]!.message;
};

test('all that is missing is said at once', () => {
  expect(messageOf({})).toBe("must have required property 'one', and 'two', 'three'");
  expect(messageOf({ two: 1 })).toBe("must have required property 'one', and 'three'");
  expect(messageOf({ one: 1, two: 1 })).toBe("must have required property 'three'");
  expect(messageOf({ one: 1, two: 1, three: 1 })).toBeNull();
});
