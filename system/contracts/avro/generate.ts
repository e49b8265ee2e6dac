/**
 * Brings the .avsc file of every event in `events.proto` up to date, and writes `generated/schemas.ts` from them, when
 * `node system/contracts/generate.ts` is run.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readContracts } from '../generate.ts';
import { type AvroRecord, eventsOf, evolve, nameOf, recordsIn } from './evolve.ts';
import { renderSchemas } from './render-schemas.ts';

const folder = new URL('.', import.meta.url);
export const GENERATED = new URL('generated/schemas.ts', folder);

const kebab = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
export const schemaFile = (message: string) => new URL(`${kebab(message)}.avsc`, folder);

export const textOf = (schema: AvroRecord) => `${JSON.stringify(schema, null, 2)}\n`;

/** Each event's schema as its file has it (null: there is none), and as it should be. */
export function readEvents(): { name: string; text: string | null; schema: AvroRecord }[] {
  const contracts = readContracts();
  const messages = eventsOf(contracts);
  const texts = messages.map(({ name }) => {
    const file = schemaFile(name);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  });
  const kept = texts.flatMap((text) => (text === null ? [] : recordsIn(JSON.parse(text))));
  const known = new Map(kept.map((record) => [nameOf(record), record]));
  return messages.map(({ name }, i) => ({ name, text: texts[i]!, schema: evolve(contracts, known, name) }));
}

export function writeSchemas(): void {
  const events = readEvents();
  for (const { name, schema } of events) writeFileSync(schemaFile(name), textOf(schema));
  writeFileSync(GENERATED, renderSchemas(events.map(({ schema }) => schema)));
}
