/** Where writes wait for the journal: before, while it has too much to write, and after, until theirs is on disk. */
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { Journal } from '../runtime/journal/journal.ts';
import type { JournalError } from '../runtime/journal/journal-error.ts';
import type { PendingCall, Simulation } from '../runtime/kernel/index.ts';

/** Null: go on at once. */
export interface WriteGate {
  /** Before a write. Rejects with `unavailable`, definite, when the journal takes nothing (more). */
  enter(context: Context, operation: string): Promise<void> | null;
  /** After it: everything so far is on disk. Rejects with `unavailable`, outcome unknown, when it cannot be written. */
  leave(context: Context, operation: string): Promise<void> | null;
}

/** A writer that was not let in for this long is refused. estimate: longer than any sync of a disk that is well. */
export const PATIENCE_NS = 1_000_000_000;

export function createWriteGate(
  simulation: Simulation,
  journal: Pick<Journal, 'tryEnter' | 'whenRoom' | 'allWritten' | 'whenWritten'>,
): WriteGate {
  /** Lets the journal answer a call. `definite`: a refusal means that nothing has happened. */
  const answer = (call: PendingCall<void>, definite: boolean) => (failure: JournalError | null) => {
    if (failure === null) call.resolve();
    else call.reject(new PortError('unavailable', call.operation, definite, failure.reason));
  };

  return {
    enter(context, operation) {
      if (journal.tryEnter()) return null;
      const call = simulation.open<void>(context, operation);
      if (call.settled) return call.promise;
      journal.whenRoom(answer(call, true));
      const late = new PortError('unavailable', operation, true, 'the disk of the journal does not keep up');
      const patience = simulation.after(PATIENCE_NS, () => call.reject(late));
      call.onCancel = () => simulation.cancel(patience);
      return call.promise;
    },

    leave(context, operation) {
      if (journal.allWritten) return null;
      const call = simulation.open<void>(context, operation);
      if (!call.settled) journal.whenWritten(answer(call, false));
      return call.promise;
    },
  };
}
