/** Looks for k6: where K6_PATH says, in the PATH, as a container image if an engine for containers answers. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import type { K6Command } from '../scenarios/harness/live/k6.ts';
import { UsageError } from './errors.ts';

/** TypeScript without a build step came with 1.0. */
const OLDEST_MAJOR = 1;
const IMAGE = 'grafana/k6:1.8.1';
/** Where the container finds the certificate that it is to trust. */
const TRUSTED = '/trusted/authority.pem';
/** An engine for containers that takes longer to say that it is there is of no use now. */
const PATIENCE_MS = 5_000;

export const HOW_TO_GET_K6 =
  'k6 is not here: go install go.k6.io/k6@v1.8.1, or see https://grafana.com/docs/k6/latest/set-up/install-k6/';

export interface K6Search {
  readonly found: K6Command | null;
  /** What was found and cannot be used, in a sentence; null: nothing. */
  readonly refused: string | null;
}

/** `authority`: file with the certificate that k6 is to trust. Throws UsageError when K6_PATH is set and is no k6. */
export async function findK6(
  environment: Readonly<Record<string, string | undefined>>,
  authority: string | null = null,
): Promise<K6Search> {
  const given = environment.K6_PATH ?? '';
  if (given !== '') {
    const version = await versionOf(given);
    if (version === null) throw new UsageError(`K6_PATH is '${given}', and that does not answer as k6 does.`);
    if (isTooOld(version)) throw new UsageError(`K6_PATH is k6 ${version}; 1.0 or newer is needed.`);
    return { found: { version, command: given, prefix: [], root: null, environment }, refused: null };
  }
  const version = await versionOf('k6');
  if (version !== null && !isTooOld(version))
    return { found: { version, command: 'k6', prefix: [], root: null, environment }, refused: null };
  const refused =
    version === null ? null : `The k6 in the PATH is ${version}; 1.0 or newer is needed to read TypeScript.`;
  return { found: await container(environment, authority), refused };
}

async function versionOf(command: string): Promise<string | null> {
  const text = await output(command, ['version']);
  return text === null ? null : (/\bk6(?:\.exe)? (v\d+\.\d+[^\s]*)/.exec(text)?.[1] ?? null);
}

const isTooOld = (version: string) => Number(/^v(\d+)/.exec(version)![1]) < OLDEST_MAJOR;

/** Only on Linux: elsewhere a container has a loopback interface of its own. */
async function container(
  environment: K6Command['environment'],
  authority: string | null,
): Promise<K6Command | null> {
  if (process.platform !== 'linux') return null;
  for (const command of ['docker', 'podman']) {
    const version = await output(command, ['version', '--format', '{{.Server.Version}}']);
    if (version === null || !/^\d/.test(version.trim())) continue;
    const { scriptRoot } = await import('../scenarios/harness/live/k6.ts');
    return { ...containerCommand(command, scriptRoot(), authority), environment };
  }
  return null;
}

export function containerCommand(
  command: string,
  folder: string,
  authority: string | null,
): Omit<K6Command, 'environment'> {
  const prefix = ['run', '--rm', '-i', '--init', '--network', 'host', '-v', `${folder}:/rehearsal:ro`];
  if (authority !== null)
    prefix.push('-v', `${resolve(authority)}:${TRUSTED}:ro`, '-e', `SSL_CERT_FILE=${TRUSTED}`);
  // Passed on where they are set.
  prefix.push('-e', 'CLIENT_ID', '-e', 'CLIENT_SECRET', IMAGE);
  return { version: `${IMAGE.split(':')[1]} (${command})`, command, prefix, root: '/rehearsal' };
}

/** Standard output of a command that ended well; null otherwise. */
function output(command: string, words: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(command, [...words], { timeout: PATIENCE_MS, encoding: 'utf8' }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });
}
