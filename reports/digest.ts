/** The digest of a result: equal for equal seeds, settings and code, on whatever machine and however long it took. */
import { createHash, type Hash } from 'node:crypto';
import type { RunResult } from './result.ts';

/** Pieces are handed to the hash in chunks: a call per number would cost more than the hashing. */
const CHUNK = 64 * 1024;

/**
 * SHA-256, in hexadecimal, over the result as JSON with sorted keys, without `environment` (the machine), `digest`
 * itself and `command` (how it was asked for), here and in each scenario, without `interrupted` and `leftOut` (what it did
 * not do) and without the words for a scenario's faults: what they did is in the figures.
 */
export function digestOf(result: RunResult): string {
  const { environment: _environment, digest: _digest, command: _command, ...done } = result;
  const { interrupted: _stopped, leftOut: _left, ...told } = done;
  const { scenarios, ...rest } = told;
  const measured = scenarios.map(({ command: _replay, faults: _stated, ...scenario }) => scenario);
  const writer = new CanonicalWriter(createHash('sha256'));
  writer.write({ ...rest, scenarios: measured });
  return writer.finish();
}

/** JSON with keys in code unit order and no blanks; what JSON cannot carry becomes null or is left out, as in JSON. */
export function canonicalJson(value: unknown): string {
  const pieces: string[] = [];
  emit(value, (piece) => pieces.push(piece));
  return pieces.join('');
}

class CanonicalWriter {
  readonly #hash: Hash;
  #pending = '';

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  write(value: unknown): void {
    emit(value, (piece) => {
      this.#pending += piece;
      if (this.#pending.length < CHUNK) return;
      this.#hash.update(this.#pending);
      this.#pending = '';
    });
  }

  finish(): string {
    return this.#hash.update(this.#pending).digest('hex');
  }
}

function emit(value: unknown, piece: (text: string) => void): void {
  if (Array.isArray(value)) {
    piece('[');
    value.forEach((item, index) => {
      if (index > 0) piece(',');
      emit(item, piece);
    });
    piece(']');
    return;
  }
  if (typeof value !== 'object' || value === null) {
    piece(JSON.stringify(value) ?? 'null');
    return;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(fields)
    .filter((key) => fields[key] !== undefined)
    .sort();
  piece('{');
  keys.forEach((key, index) => {
    piece(`${index > 0 ? ',' : ''}${JSON.stringify(key)}:`);
    emit(fields[key], piece);
  });
  piece('}');
}
