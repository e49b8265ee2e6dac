/** What a target says of itself on the pages that it keeps for its own machine (`/admin/…` of rehearse serve). */
import { HttpClient, NoAnswer, parsed } from './http-client.ts';
import type { LiveLoad } from './live-load.ts';

const TIMEOUT_MS = 5_000;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The content, as another process sent it; null where there is none: another system, an older one, or none any more. */
export async function askOwnPage(
  { baseUrl, authority }: Pick<LiveLoad, 'baseUrl' | 'authority'>,
  path: string,
): Promise<unknown> {
  const client = new HttpClient(baseUrl, authority?.pem ?? null);
  try {
    const answer = await client.send({ method: 'GET', path, headers: {} }, TIMEOUT_MS);
    return answer.status === 200 ? (parsed(answer) ?? null) : null;
  } catch (error) {
    if (error instanceof NoAnswer) return null;
    throw error;
  } finally {
    client.close();
  }
}
