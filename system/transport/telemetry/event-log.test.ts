import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PortError } from '../../ports/errors.ts';
import { EventLog, type LogMode, type RequestLine } from './event-log.ts';
import { LogLimit } from './log-limit.ts';
import { redact } from './redact.ts';

function setUp(mode: LogMode) {
  const lines: string[] = [];
  const log = new EventLog({
    mode,
    write: (text) => lines.push(text),
    service: 'playlist',
    version: '1.2.3',
  });
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line)) };
}

const request = (given: Partial<RequestLine> = {}): RequestLine => ({
  method: 'GET',
  operation: 'getPlaylist',
  route: '/v1/playlists/:playlistId',
  status: 200,
  durationNs: 1_500_000,
  failure: null,
  shed: false,
  correlationId: 'abc',
  traceId: 'f'.repeat(32),
  ...given,
});

test('a defect has its stack, its correlation id and its trace id', () => {
  const { log, parsed } = setUp('json');
  log.defect(new TypeError('what is undefined'), { correlationId: 'abc', traceId: 'f'.repeat(32) });
  expect(parsed()[0]).toMatchObject({
    'log.level': 'error',
    service: { name: 'rehearsal-playlist', version: '1.2.3' },
    labels: { correlation_id: 'abc' },
    trace: { id: 'f'.repeat(32) },
    error: {
      type: 'TypeError',
      message: 'what is undefined',
      stack_trace: expect.stringContaining('event-log.test'),
    },
  });
});

test('every line is one line of JSON, whatever the texts are', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (message, correlationId) => {
      const { log, lines, parsed } = setUp('json');
      log.defect(new Error(message), { correlationId, traceId: null });
      log.request(request({ status: 503, failure: new PortError('reset', 'x', true, message) }));
      expect(lines).toHaveLength(2);
      expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
      expect(parsed()[0].labels.correlation_id).toBe(correlationId);
    }),
  );
});

test('warnings are readable and leave out what went well', () => {
  const { log, lines } = setUp('warnings');
  log.started('http://127.0.0.1:1');
  log.request(request());
  log.request(request({ status: 404, failure: new PortError('not-found', 'x', true) }));
  log.sampling(0.01, 1);
  expect(lines).toEqual([]);
  log.request(request({ status: 503, failure: new PortError('reset', 'playlist.get', false) }));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} WARN {2}GET getPlaylist 503: reset: playlist\.get: reset correlation_id=abc trace=f{32} ms=1\.5\n$/,
  );
});

test('with access lines every request has one, with its duration in ns', () => {
  const { log, parsed } = setUp('json');
  log.request(request());
  expect(parsed()[0]).toMatchObject({
    message: 'GET getPlaylist 200',
    event: { action: 'request', duration: 1_500_000 },
    http: { request: { method: 'GET' }, response: { status_code: 200 } },
  });
});

test('requests that failed and those that did not have the same fields', () => {
  const { log, parsed } = setUp('json');
  log.request(request());
  log.request(request({ status: 404, failure: new PortError('not-found', 'x', true) }));
  log.request(request({ status: 503, failure: new PortError('reset', 'x', true) }));
  log.request(request({ status: 503, shed: true, failure: new PortError('overloaded', 'x', true) }));
  log.request(request({ status: 499, failure: new PortError('cancelled', 'x', false) }));
  log.request(request({ operation: 'unknown', route: null, status: 404 }));
  const lines = parsed();
  expect(lines.map(({ event }) => event.outcome)).toEqual([
    'success',
    'failure',
    'failure',
    'failure',
    'unknown',
    'failure',
  ]);
  for (const { event, url, rehearsal } of lines.slice(0, 5)) {
    expect(event).toMatchObject({ action: 'request', category: ['web'], duration: 1_500_000 });
    expect([url, rehearsal]).toEqual([{ path: '/v1/playlists/:playlistId' }, { operation: 'getPlaylist' }]);
  }
  // What has no route has no path that could be told.
  expect(lines[5]).not.toHaveProperty('url');
});

test('what the process tells whoever started it is a line like any other', () => {
  const { log, parsed } = setUp('json');
  log.note('journal', 'A new journal is in ‘here’.');
  expect(parsed()).toMatchObject([
    {
      'log.level': 'info',
      message: 'A new journal is in ‘here’.',
      event: { action: 'journal', category: ['process'] },
    },
  ]);
});

test('a flood of the same trouble is a few lines, and what was left out is told at the end', () => {
  const { log, lines, parsed } = setUp('json');
  for (let i = 0; i < 1_000; i++)
    log.request(request({ status: 503, shed: true, failure: new PortError('overloaded', 'gateway', true) }));
  log.request(request({ status: 504, failure: new PortError('timeout', 'x', false) }));
  // Three of the one kind, which may meet the end of a stretch of time, and one of the other.
  expect(lines.length).toBeLessThanOrEqual(7);
  log.stopped(5);
  const rest = parsed().find(({ event }) => event.action === 'suppressed');
  expect(rest.message).toMatch(/^shed getPlaylist: 99[47] more lines were left out$/);
});

test('authorization events say who, at their level', () => {
  const { log, parsed } = setUp('json');
  log.authorization({
    level: 'warn',
    message: 'a grant was revoked',
    clientId: 'rehearsal-app',
    listenerId: 'u1',
  });
  log.authorization({ level: 'error', message: 'it failed', error: new Error('password=hunter2 was wrong') });
  expect(parsed()).toMatchObject([
    {
      'log.level': 'warn',
      message: 'a grant was revoked',
      client: { user: { id: 'rehearsal-app' } },
      user: { id: 'u1' },
    },
    { 'log.level': 'error', error: { message: 'password=[redacted] was wrong' } },
  ]);
});

test('a fault that ends everything is logged unless the log is off', () => {
  for (const mode of ['json', 'pretty', 'warnings', 'off'] as const) {
    const { log, lines } = setUp(mode);
    log.fault(new Error('the heap is empty'));
    expect(lines.length).toBe(mode === 'off' ? 0 : 1);
  }
});

test('what looks like a secret is not shown, wherever it stands', () => {
  const part = fc.stringMatching(/^[\w-]{8,40}$/);
  const text = fc.string({ maxLength: 20 });
  fc.assert(
    fc.property(text, part, part, part, text, (before, header, payload, signature, after) => {
      const token = `eyJ${header}.${payload}.${signature}`;
      for (const shown of [
        redact(`${before} ${token} ${after}`),
        redact(`${before} Authorization: Bearer ${token}`),
        redact(`{"access_token":"${token}"}`),
      ]) {
        expect(shown).not.toContain(signature);
        expect(shown).not.toContain(payload);
      }
      expect(redact(`?refresh_token=${payload}&x=1`)).toBe('?refresh_token=[redacted]&x=1');
      expect(redact(`"client_secret": "${payload}"`)).toBe('"client_secret": "[redacted]"');
      expect(redact(`Basic ${payload}==`)).toBe('Basic [redacted]');
    }),
  );
  expect(redact('-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----')).toBe('[private key]');
  expect(redact('/callback?code=abc&state=1')).toBe('/callback?code=[redacted]&state=1');
  expect(redact('error code: EADDRINUSE')).toBe('error code: EADDRINUSE');
  expect(redact('nothing of it: a plain sentence about tokens')).toBe(
    'nothing of it: a plain sentence about tokens',
  );
  expect(redact('x'.repeat(10_000)).length).toBeLessThan(4_100);
});

test('so many lines pass in a stretch of time, and the first of the next says how many did not', () => {
  let nowMs = 0;
  const limit = new LogLimit({ lines: 2, everyMs: 1_000, now: () => nowMs });
  const passes = () => limit.pass('kind');
  expect([passes(), passes(), passes(), passes()]).toEqual([0, 0, null, null]);
  expect(limit.pass('other')).toBe(0);
  expect(limit.rest()).toEqual([['kind', 2]]);
  nowMs = 1_000;
  expect([passes(), passes(), passes()]).toEqual([2, 0, null]);
});

test('kinds beyond any that code would make take no memory', () => {
  const limit = new LogLimit({ lines: 1, everyMs: 1_000, now: () => 0 });
  for (let i = 0; i < 5_000; i++) limit.pass(`kind ${i}`);
  expect(limit.pass('kind 4999')).toBeNull();
});
