/** The kernel with its driver and its guard: what `@rehearsal/rehearse/kernel` gives, on one page in docs/kernel.md. */
export { DeadlockError, type Drain, type DriveOptions, drive } from './drive.ts';
export { GuardError, installGuard } from './guard.ts';
export * from './kernel/index.ts';
