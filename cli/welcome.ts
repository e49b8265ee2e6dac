/** What `rehearse serve` prints: commands that work as they stand, for whoever has never seen it. */
import { join } from 'node:path';
import { DEFAULT_LISTENERS, DEFAULT_SEED, grouped } from './options.ts';
import { commandLine } from './replay.ts';

export interface Welcomed {
  readonly listeners: number;
  readonly seed: number;
  readonly costs: boolean;
  readonly scenario?: string;
  readonly arm?: string;
  readonly tls?: string;
}

export function welcome(url: string, { listeners, seed, costs, scenario, arm, tls }: Welcomed): string {
  const engines = costs ? 'embedded engines at their modelled speed' : 'embedded engines without costs';
  const as = scenario === undefined ? '' : `, as ${scenario} / ${arm ?? 'broken'}`;
  const authority = tls === undefined ? null : join(tls, 'authority.pem');
  const curl = authority === null ? 'curl' : `curl --cacert '${authority}'`;
  const load = ['load', 'browse', '--target', url];
  if (listeners !== DEFAULT_LISTENERS) load.push('--listeners', String(listeners));
  if (seed !== DEFAULT_SEED) load.push('--seed', String(seed));
  if (authority !== null) load.push('--ca', authority);
  return `Rehearsal listens on ${url} (${engines}${as}, ${grouped(listeners)} listeners, seed ${seed}).

  A token     TOKEN=$(${curl} -s -u rehearsal-load:rehearse -d grant_type=client_credentials \\
                -d listener=u000000042 -d 'scope=playlist:read playlist:write search' \\
                ${url}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  A request   ${curl} -H "Authorization: Bearer $TOKEN" ${url}/v1/playlists/p1
  An edit     ${curl} -H "Authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
                -d '{"trackId":"t1"}' ${url}/v1/playlists/p42/tracks
              (u000000042 owns p42; whether others may, the knob playlist.permissions says)
  All routes  ${url}/openapi.json
  Metrics     ${url}/metrics, burn rates ${url}/admin/slo
  Traces      ${curl} '${url}/admin/traces?format=text' (one request of a hundred; more:
              ${curl} -X PUT -H 'content-type: application/json' -d '{"share":1}' ${url}/admin/sampling)
  Load        ${commandLine(load)}

Ctrl-C stops it.
`;
}
