import { expect, test } from 'vitest';
import { programName } from './replay.ts';
import { welcome } from './welcome.ts';

const usual = { listeners: 1_000_000, seed: 1, costs: true };
const loadOf = (text: string) => /^ {2}Load {8}(.*)$/m.exec(text)?.[1];

test('the load that is shown is a command of where we are, for the population that is served', () => {
  const url = 'http://127.0.0.1:8080';
  expect(loadOf(welcome(url, usual))).toBe(`${programName()} load browse --target ${url}`);
  expect(loadOf(welcome(url, { ...usual, listeners: 20_000, seed: 7 }))).toBe(
    `${programName()} load browse --target ${url} --listeners 20000 --seed 7`,
  );
});

test('under TLS every command names the authority', () => {
  const text = welcome('https://127.0.0.1:8080', { ...usual, tls: 'certs' });
  expect(loadOf(text)).toMatch(/ --ca certs\/authority\.pem$/);
  expect(text.match(/curl (?!--cacert 'certs\/authority\.pem')/g)).toBeNull();
});
