/** Turns every .proto of this folder into `generated/<name>.ts`, and the events into Avro. Run it after a change: `node system/contracts/generate.ts`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeSchemas } from './avro/generate.ts';
import { type ProtoFile, parseProto } from './parse-proto.ts';
import { renderContract } from './render.ts';

const folder = new URL('.', import.meta.url);

export function readContracts(): ProtoFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.proto'))
    .sort()
    .map((name) => parseProto(name, readFileSync(new URL(name, folder), 'utf8')));
}

export const generatedFile = (name: string) => new URL(`generated/${name}.ts`, folder);

if (import.meta.main) {
  for (const file of readContracts()) writeFileSync(generatedFile(file.name), renderContract(file));
  writeSchemas();
}
