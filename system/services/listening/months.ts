import { SECOND } from '../../ports/clock.ts';

/** Thirty days: the part of a key that keeps a listener's partition from growing for ever. */
export const MONTH_NS = 30 * 86_400 * SECOND;
