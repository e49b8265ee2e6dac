/** What a target says of itself on the pages that it keeps for its own machine (`/admin/…` of rehearse serve). */
import { HttpClient, NoAnswer, parsed } from './http-client.ts';
import type { LiveLoad } from './live-load.ts';

const TIMEOUT_MS = 5_000;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** What moves cursors, rings bells and changes colours. Lines of a terminal are ours to begin. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** The content, as another process sent it but for control characters in its texts; null where there is none: another system, an older one, or none any more. */
export async function askOwnPage(
  { baseUrl, authority }: Pick<LiveLoad, 'baseUrl' | 'authority'>,
  path: string,
): Promise<unknown> {
  const client = new HttpClient(baseUrl, authority?.pem ?? null);
  try {
    const answer = await client.send({ method: 'GET', path, headers: {} }, TIMEOUT_MS);
    return answer.status === 200 ? (printable(parsed(answer)) ?? null) : null;
  } catch (error) {
    if (error instanceof NoAnswer) return null;
    throw error;
  } finally {
    client.close();
  }
}

/** `levels` deep at most: pages of ours have four, and nothing runs out of stack. */
function printable(value: unknown, levels = 8): unknown {
  if (typeof value === 'string') return value.replace(CONTROL, '\ufffd');
  if (!isObject(value)) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((inner) => printable(inner, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, printable(inner, levels - 1)]),
  );
}
