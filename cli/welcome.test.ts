import { expect, test } from 'vitest';
import { programName } from './replay.ts';
import { welcome } from './welcome.ts';

const usual = { listeners: 1_000_000, seed: 1, costs: true, sampling: 0.01 };
const loadOf = (text: string) => /^ {2}Load {8}(.*)$/m.exec(text)?.[1];

test('the load that is shown is a command of where we are, for the population that is served', () => {
  const url = 'http://127.0.0.1:8080';
  expect(loadOf(welcome(url, usual))).toBe(`${programName()} load browse --target ${url}`);
  expect(loadOf(welcome(url, { ...usual, listeners: 20_000, seed: 7 }))).toBe(
    `${programName()} load browse --target ${url} --listeners 20000 --seed 7`,
  );
});

test('what can be made to fail is named, as a command for the system that listens', () => {
  const faultOf = (text: string) => /^ {2}A fault {5}(.*)$/m.exec(text)?.[1];
  const url = 'http://127.0.0.1:8080';
  const crash = `${programName()} fault crash kafka-1 --for 20 --target`;
  expect(faultOf(welcome(url, usual))).toBe(`${crash} ${url}`);
  expect(faultOf(welcome('https://x', { ...usual, listeners: 20_000, tls: 'certs' }))).toBe(
    `${crash} https://x --ca certs/authority.pem`,
  );
});

test('under TLS every command names the authority', () => {
  const text = welcome('https://127.0.0.1:8080', { ...usual, tls: 'certs' });
  expect(loadOf(text)).toMatch(/ --ca certs\/authority\.pem$/);
  expect(text.match(/curl (?!--cacert 'certs\/authority\.pem')/g)).toBeNull();
});

test('an incident that is served says where it is and how it is felt', () => {
  const url = 'http://127.0.0.1:8080';
  const incident = {
    scenario: 'hot-partition',
    hot: ['hot-1'],
    cases: ['hot-partition'],
    mix: 'playlist.get hot 331/s',
    sendable: true,
  };
  const text = welcome(url, { ...usual, incident });
  expect(text).toContain('/v1/playlists/hot-1');
  expect(text).toContain(`${programName()} load --scenario hot-partition --target ${url}\n`);
  expect(text).toContain('playlist.get hot 331/s');
  const plays = welcome(url, { ...usual, incident: { ...incident, mix: '', sendable: false } });
  expect(plays).not.toContain('load --scenario');
  expect(plays).toContain(`To feel it  ${programName()} load play --target ${url}\n`);
  expect(welcome(url, usual)).not.toContain('hot-1');
});

test('says when everybody may edit playlists', () => {
  const running = (to: string) => ({ ...usual, configuration: { 'playlist.permissions': to } });
  expect(welcome('http://x', running('all'))).toContain('others may not');
  expect(welcome('http://x', running('created'))).toContain('everybody may edit');
});

test('says how many requests are traced, and how all of them are', () => {
  const traces = (sampling: number) => welcome('http://x', { ...usual, sampling });
  expect(traces(0.01)).toMatch(/\(1 % of requests; all:\n.* -X PUT .* http:\/\/x\/admin\/sampling\)\n/);
  expect(traces(0.2)).toContain('(20 % of requests;');
  expect(traces(0)).toContain('(no request yet;');
  expect(traces(1)).toContain('(every request)\n');
  expect(traces(1)).not.toContain('/admin/sampling');
});

test('says which case of several is served, and how the others are', () => {
  const incident = {
    scenario: 'lag',
    hot: [],
    cases: ['slow', 'hot key'],
    mix: 'search 2/s',
    sendable: true,
  };
  const as = { scenario: 'lag', case: 'slow', arm: 'broken' };
  const text = welcome('http://x', { ...usual, running: { as }, incident });
  expect(text).toContain(', as lag / slow / broken,');
  expect(text).toContain("More cases  --case 'hot key'\n");
  const only = { ...as, case: 'lag' };
  const alone = welcome('http://x', {
    ...usual,
    running: { as: only },
    incident: { ...incident, cases: ['lag'] },
  });
  expect(alone).toContain(', as lag / broken,');
  expect(alone).not.toContain('More cases');
});
