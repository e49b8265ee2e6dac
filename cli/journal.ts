/** `--data`: the directory of a journal, and what its owner is told about it. */
import { resolve } from 'node:path';
import type { JournalSettings, Restored } from '../system/modes/durable.ts';
import { UsageError } from './errors.ts';
import { makeDirectory, reasonOf } from './files.ts';
import { grouped } from './options.ts';

/** `tell`: takes what its owner is told. */
export function journalIn(directory: string, tell: (sentence: string) => void): JournalSettings {
  try {
    makeDirectory(resolve(directory));
  } catch (error) {
    throw new UsageError(
      `The directory '${directory}' cannot be made: ${reasonOf(error)}. Choose another --data.`,
    );
  }
  const beganMs = performance.now();
  return {
    directory,
    onRestored(restored) {
      for (const sentence of told(directory, restored, performance.now() - beganMs)) tell(sentence);
    },
    onFailure(error) {
      tell(`rehearse: ${error.message} Until then reads go on and writes are refused.`);
    },
  };
}

function told(directory: string, restored: Restored, tookMs: number): string[] {
  const { changes, bytes, droppedBatches, tornBytes, shortenedTo, lastNs } = restored;
  if (lastNs < 0) return [`A new journal is in '${directory}'.`];
  const sentences = [
    `${grouped(changes)} changes are back from the journal in '${directory}' (${(bytes / 1e6).toFixed(1)} MB, ${(tookMs / 1e3).toFixed(1)} s).`,
  ];
  if (tornBytes > 0)
    sentences.push(
      `Its last ${grouped(tornBytes)} bytes are no whole batch and are left out: what was being written when the last process ended.`,
    );
  if (droppedBatches > 0)
    sentences.push(
      `Its last ${grouped(droppedBatches)} batches do not fit their checksums and are left out: the disk has changed what had been written.`,
    );
  if (shortenedTo !== null) sentences.push(`It is shortened to ${grouped(shortenedTo)} changes.`);
  return sentences;
}
