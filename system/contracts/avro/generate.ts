/**
 * Brings the .avsc file of every event up to date with its .proto, and writes `generated/schemas.ts` from all of them, when
 * `node system/contracts/generate.ts` is run. A .avsc file of a message that no .proto has is kept by hand.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readContracts } from '../generate.ts';
import { type AvroRecord, eventsOf, evolve, nameOf, recordsIn } from './evolve.ts';
import { renderSchemas } from './render-schemas.ts';

const folder = new URL('.', import.meta.url);
export const GENERATED = new URL('generated/schemas.ts', folder);
const EXTENSION = '.avsc';

const kebab = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
const fileOf = (name: string) => `${kebab(name)}${EXTENSION}`;

export interface EventSchema {
  /** The contract that it comes from; null: kept by hand. */
  readonly contract: string | null;
  readonly name: string;
  /** Its file as it is; null: there is none. */
  readonly text: string | null;
  /** As it should be. */
  readonly schema: AvroRecord;
}

export const textOf = (schema: AvroRecord) => `${JSON.stringify(schema, null, 2)}\n`;

export function readEvents(): EventSchema[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(EXTENSION));
  const texts = new Map(files.sort().map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
  const kept = [...texts.values()].map((text) => JSON.parse(text) as AvroRecord);
  const known = new Map(kept.flatMap(recordsIn).map((record) => [nameOf(record), record]));
  const contracts = readContracts();
  const events = eventsOf(contracts);
  const fromContracts = events.map((event) => {
    const text = texts.get(fileOf(event.name)) ?? null;
    const schema = evolve(contracts, known, event);
    return { contract: event.file, name: event.name, text, schema };
  });
  const byHand = kept.filter(({ name }) => !events.some((event) => event.name === name));
  return [
    ...fromContracts,
    ...byHand.map((schema) => {
      const { name } = schema;
      return { contract: null, name, text: texts.get(fileOf(name)) ?? null, schema };
    }),
  ];
}

export const renderEvents = (events: readonly EventSchema[]) =>
  renderSchemas(
    events.map(({ schema }) => schema),
    new Set(events.filter(({ contract }) => contract === null).map(({ schema }) => nameOf(schema))),
  );

export function writeSchemas(): void {
  const events = readEvents();
  for (const { name, schema } of events) writeFileSync(new URL(fileOf(name), folder), textOf(schema));
  writeFileSync(GENERATED, renderEvents(events));
}
