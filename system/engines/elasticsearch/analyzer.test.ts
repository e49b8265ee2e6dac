import { expect, test } from 'vitest';
import { analyze } from './analyzer.ts';

test.each([
  ['Hello, World!', ['hello', 'world']],
  ['AC/DC — Back in Black (2003 Remaster)', ['ac', 'dc', 'back', 'in', 'black', '2003', 'remaster']],
  ['', []],
  ['...', []],
  ['Björk: Jóga', ['björk', 'jóga']],
  ['Ünder pressure', ['ünder', 'pressure']],
  ['x', ['x']],
])('%s is read as %j', (text, words) => {
  const found: string[] = [];
  expect(analyze(text, found)).toBe(words.length);
  expect(found).toEqual(words);
});

test('words of several values are appended', () => {
  const found: string[] = [];
  analyze('one two', found);
  analyze('drei über', found);
  expect(found).toEqual(['one', 'two', 'drei', 'über']);
});
