/** A short run for tests: small population, few logins, three seconds. */
import { DEVELOPMENT, DEVELOPMENT_LABELS } from '../../load/login.ts';
import { browse } from '../../load/profiles.ts';
import type { LiveLoad } from './live-load.ts';

export function testLoad(part: Partial<LiveLoad> = {}): LiveLoad {
  return {
    profile: browse,
    baseUrl: 'http://127.0.0.1:1',
    perSecond: 60,
    warmUpS: 1,
    seconds: 2,
    seed: 1,
    listeners: 10_000,
    loggedIn: 12,
    run: 1,
    repetition: 0,
    credentials: DEVELOPMENT,
    labelCredentials: DEVELOPMENT_LABELS,
    running: null,
    authority: null,
    ...part,
  };
}
