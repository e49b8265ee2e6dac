/** What `rehearse serve` prints: commands that work as they stand, for whoever has never seen it. */
import { join } from 'node:path';
import type { Running } from '../system/modes/live-server.ts';
import { DEFAULT_LISTENERS, DEFAULT_SEED, grouped } from './options.ts';
import { commandLine } from './replay.ts';

export interface Welcomed {
  readonly listeners: number;
  readonly seed: number;
  readonly costs: boolean;
  /** Share of requests that are traced. */
  readonly sampling: number;
  readonly tls?: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly running?: Pick<Running, 'as'>;
  readonly incident?: Incident | null;
}

/** How the incident of the scenario that is served comes about. */
export interface Incident {
  /** As it is given on the command line. */
  readonly scenario: string;
  /** Ids of its hot playlists. */
  readonly hot: readonly string[];
  /** Names of its cases; one is served. */
  readonly cases: readonly string[];
  /** Its traffic of the trigger, in words. */
  readonly mix: string;
  /** Whether there is any that `rehearse load --scenario` can send. */
  readonly sendable: boolean;
}

export function welcome(url: string, welcomed: Welcomed): string {
  const { listeners, seed, costs, sampling, tls, configuration, running, incident } = welcomed;
  const engines = costs ? 'embedded engines at their modelled speed' : 'embedded engines without costs';
  const as = running?.as ? `, as ${servedAs(running.as)}` : '';
  const authority = tls === undefined ? null : join(tls, 'authority.pem');
  const curl = authority === null ? 'curl' : `curl --cacert '${authority}'`;
  const population: string[] = [];
  if (listeners !== DEFAULT_LISTENERS) population.push('--listeners', String(listeners));
  if (seed !== DEFAULT_SEED) population.push('--seed', String(seed));
  const ca = authority === null ? [] : ['--ca', authority];
  const target = ['--target', url, ...ca];
  const load = ['--target', url, ...population, ...ca];
  const browse = commandLine(['load', 'browse', ...load]);
  return `Rehearsal listens on ${url} (${engines}${as}, ${grouped(listeners)} listeners, seed ${seed}).

  A token     TOKEN=$(${curl} -s -u rehearsal-load:rehearse -d grant_type=client_credentials \\
                -d listener=u000000042 -d 'scope=playlist:read playlist:write search' \\
                ${url}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  A request   ${curl} -H "Authorization: Bearer $TOKEN" ${url}/v1/playlists/p1
  An edit     ${curl} -H "Authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
                -d '{"trackId":"t1"}' ${url}/v1/playlists/p42/tracks
              ${whoMayEdit(configuration)}
  All routes  ${url}/openapi.json
  Metrics     ${url}/metrics, burn rates ${url}/admin/slo
  Traces      ${curl} '${url}/admin/traces?format=text' ${sampled(sampling, `${curl} -X PUT -H 'content-type: application/json' -d '{"share":1}' ${url}/admin/sampling`)}
  Load        ${browse}
  A fault     ${commandLine(['fault', 'crash', 'kafka-1', '--for', '20', ...target])}
${incident ? feel(incident, running?.as?.case, load) : ''}
Ctrl-C stops it.
`;
}

function sampled(share: number, more: string): string {
  if (share === 1) return '(every request)';
  const part = share === 0 ? 'no request yet' : `${Number((100 * share).toPrecision(3))} % of requests`;
  return `(${part}; all:\n              ${more})`;
}

/** By default playlists that listeners created check who adds a track, others do not. */
function whoMayEdit(configuration: Welcomed['configuration']): string {
  return configuration?.['playlist.permissions'] === 'all'
    ? '(u000000042 owns p42: others may not, unless that one lets them)'
    : '(everybody may edit every playlist that nobody created here: playlist.permissions=created)';
}

/** A case that has the name of its scenario is the only one. */
const servedAs = ({ scenario, case: of, arm }: NonNullable<Running['as']>) =>
  [...new Set([scenario, of, arm])].join(' / ');

function feel(
  { scenario, hot, cases, mix, sendable }: Incident,
  served: string | undefined,
  target: readonly string[],
): string {
  const lines: string[] = [];
  const others = cases.filter((name) => name !== served);
  if (others.length > 0) lines.push(`  More cases  ${others.map((name) => `--case '${name}'`).join(', ')}\n`);
  const [first] = hot;
  if (first !== undefined)
    lines.push(
      `  Hot         ${hot.length === 1 ? first : `${first} to ${hot.at(-1)}`}: /v1/playlists/${first}\n`,
    );
  const command = commandLine(['load', '--scenario', scenario, ...target]);
  lines.push(
    sendable
      ? `  To feel it  ${command}\n              (the scenario’s own mix: ${mix})\n`
      : `  To feel it  ${commandLine(['load', 'play', ...target])}\n              (its trigger has nothing but plays)\n`,
  );
  return lines.join('');
}
