/**
 * Sends one request again and again, at Poisson times that do not depend on the answers, and measures each from its
 * intended start. It does as little as it can for each, so that the server's latency is what is measured: raw
 * connections that stay open, one prebuilt request, answers framed by their content-length. What it adds itself is
 * measured beside.
 */
import { connect, type Socket } from 'node:net';
import { Histogram, KeyedRandom } from '../system/runtime/kernel/index.ts';

export interface SenderOptions {
  /** 'http://127.0.0.1:8080' */
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly perSecond: number;
  readonly seconds: number;
  /** default 256 */
  readonly connections?: number;
}

export interface SenderReport {
  readonly sent: number;
  /** Not answered with 200, or not at all: each counts as `FAILED_MS`. */
  readonly failed: number;
  /** From the intended start to the whole answer, in ms. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How late the sender itself came to a request that was due, in ms; part of the latency above. */
  readonly ownP99Ms: number;
  /** How long requests waited for a free connection, in ms: the server has the others. Part of the latency too. */
  readonly waitP99Ms: number;
}

/** What a request without a good answer counts as: who was refused has waited in vain. */
export const FAILED_MS = 10_000;
/**
 * All are open before the first request: a busy server takes a new connection once a turn of its loop, and what was sent
 * on it meanwhile would be served after all that came later. A request that finds none free waits, and the wait counts.
 */
const CONNECTIONS = 256;
/** Node's shortest timer. What falls due meanwhile is sent together, and is late by that much at most. */
const TURN_MS = 1;

const HEADER_END = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;

interface Connection {
  readonly socket: Socket;
  /** The server has taken it: it has answered on it, or it replaces one that was lost. */
  warm: boolean;
  /** When the request in flight was to start; null: there is none. */
  intendedMs: number | null;
  /** Of an answer whose header has arrived: what it said, and how many bytes are missing. */
  status: number;
  missing: number;
  /** Of a header that has not arrived whole; rare. */
  partial: Buffer | null;
}

export function sendOpenLoop(options: SenderOptions): Promise<SenderReport> {
  const { hostname, port, host } = new URL(options.url);
  const fields = Object.entries({ host, ...options.headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = Buffer.from(`GET ${options.path} HTTP/1.1\r\n${fields.join('')}\r\n`, 'latin1');
  const random = new KeyedRandom(1, 'open loop').stream(0);
  const [latency, own, wait] = [new Histogram(), new Histogram(), new Histogram()];
  const idle: Connection[] = [];
  /** Of requests that wait for a connection, when they were to start; those before `firstWaiting` have gone. */
  const waiting: number[] = [];
  let firstWaiting = 0;
  const connections = new Set<Connection>();
  let [sent, failed, answered] = [0, 0, 0];

  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    /** Connections that the first request waits for. */
    let cold = options.connections ?? CONNECTIONS;
    let [dueMs, endMs] = [0, 0];
    let over = false;

    const record = (intendedMs: number, good: boolean) => {
      answered++;
      if (!good) failed++;
      latency.record(good ? performance.now() - intendedMs : FAILED_MS);
    };

    const send = (connection: Connection, intendedMs: number) => {
      connection.intendedMs = intendedMs;
      connection.socket.write(request);
    };

    const free = (connection: Connection) => {
      connection.intendedMs = null;
      if (firstWaiting === waiting.length) {
        idle.push(connection);
        return;
      }
      const intendedMs = waiting[firstWaiting++]!;
      wait.record(performance.now() - intendedMs);
      send(connection, intendedMs);
    };

    /** The server has taken one more connection. */
    const warmed = () => {
      if (--cold > 0) return;
      endMs = performance.now() + 1_000 * options.seconds;
      dueMs = performance.now();
      turn();
    };

    const lose = (connection: Connection, connected: boolean) => {
      if (!connections.delete(connection)) return;
      connection.socket.destroy();
      if (over) return;
      const at = idle.indexOf(connection);
      if (at >= 0) idle.splice(at, 1);
      if (connection.intendedMs !== null) record(connection.intendedMs, false);
      if (!connection.warm) {
        over = true;
        for (const { socket } of connections) socket.destroy();
        reject(
          new Error(`${host} gave no answer to the bench’s sender before the measurement: is it running?`),
        );
      } else if (connected) {
        // Where nobody listens any more, another attempt would be in vain.
        open();
      }
    };

    const open = () => {
      const socket = connect({ port: Number(port), host: hostname, noDelay: true });
      const connection: Connection = {
        socket,
        warm: cold === 0,
        intendedMs: null,
        status: 0,
        missing: 0,
        partial: null,
      };
      let connected = false;
      connections.add(connection);
      socket.once('connect', () => {
        connected = true;
        if (connection.warm) free(connection);
        else socket.write(request);
      });
      socket.on('data', (chunk) => {
        const verdict = receive(connection, chunk);
        if (verdict === 'more') return;
        if (connection.intendedMs !== null)
          record(connection.intendedMs, verdict === 'whole' && connection.status === 200);
        connection.intendedMs = null;
        const first = !connection.warm;
        if (first) connection.warm = true;
        if (verdict === 'malformed') lose(connection, connected);
        else free(connection);
        if (first) warmed();
      });
      socket.once('error', () => lose(connection, connected));
      socket.once('close', () => lose(connection, connected));
    };

    const finish = () => {
      clearTimeout(timer);
      over = true;
      for (const { socket } of connections) socket.destroy();
      // What has no answer by now has none in time.
      for (; answered < sent; answered++, failed++) latency.record(FAILED_MS);
      const at = (histogram: Histogram, q: number) => (histogram.count === 0 ? 0 : histogram.quantile(q));
      resolve({
        sent,
        failed,
        p50Ms: at(latency, 0.5),
        p99Ms: at(latency, 0.99),
        ownP99Ms: at(own, 0.99),
        waitP99Ms: at(wait, 0.99),
      });
    };

    const turn = () => {
      const nowMs = performance.now();
      while (dueMs <= nowMs && dueMs < endMs) {
        sent++;
        own.record(nowMs - dueMs);
        const connection = idle.pop();
        if (connection === undefined) {
          waiting.push(dueMs);
        } else {
          wait.record(0);
          send(connection, dueMs);
        }
        dueMs += (-Math.log(random.uniform()) * 1_000) / options.perSecond;
      }
      if (dueMs >= endMs && (answered === sent || nowMs >= endMs + FAILED_MS || connections.size === 0))
        finish();
      else timer = setTimeout(turn, TURN_MS);
    };

    for (let left = cold; left > 0; left--) open();
  });
}

/** Takes what has arrived; 'whole' when the answer is complete. */
function receive(connection: Connection, chunk: Buffer): 'more' | 'whole' | 'malformed' {
  if (connection.missing > 0) {
    connection.missing -= chunk.length;
  } else {
    const bytes = connection.partial === null ? chunk : Buffer.concat([connection.partial, chunk]);
    const end = bytes.indexOf(HEADER_END);
    connection.partial = end < 0 ? bytes : null;
    if (end < 0) return 'more';
    const header = bytes.toString('latin1', 0, end);
    const length = CONTENT_LENGTH.exec(header)?.[1];
    // 'HTTP/1.1 200 OK'
    connection.status = Number(header.slice(9, 12));
    if (length === undefined) return 'malformed';
    connection.missing = Number(length) - (bytes.length - end - HEADER_END.length);
  }
  // Nothing is pipelined: there cannot be more than the answer.
  if (connection.missing < 0) return 'malformed';
  return connection.missing === 0 ? 'whole' : 'more';
}
