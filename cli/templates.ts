/** The files that `rehearse init` writes. A test runs the scenario. */
import { packedName } from './version.ts';

export function scenarioTemplate(name: string): string {
  return `/**
 * A scenario of your own. Run it: rehearse run ./${name}.scenario.ts --listeners 500000
 * What each field means: rehearse show hot-partition, and the types behind \`defineScenario\`.
 */
import { defineScenario, errors, milliseconds, p, percent, type RunFigures } from '@rehearsal/rehearse';

/** The rush, and the readers who are there in every arm: the verdict is about these. */
const HOT = 'playlist.get hot';
const USUAL = 'playlist.get hot (usual)';

/** One sentence with numbers about what a run was seen to do. */
const seen = (run: RunFigures) =>
  \`\${percent(run.errorShare(USUAL, 'trigger'))} of the usual reads failed, p99 \${milliseconds(run.latencyMs(USUAL, 'trigger', 0.99))}; \` +
  \`the cluster was \${percent(run.meanUtilisation('cassandra', 'trigger'))} busy\`;

export default defineScenario({
  name: '${name}',
  title: 'One playlist becomes popular',
  teaches: 'a partition is served by its replicas alone',
  hypothesis: 'With a row per follower under the playlist alone its reads time out; over buckets they do not.',
  modes: ['simulated'],
  // A run with fewer is refused: the size from which on the incident bites.
  minimumListeners: 500_000,
  phases: [
    { name: 'warm-up', seconds: 10 },
    { name: 'steady', seconds: 10 },
    { name: 'trigger', seconds: 60 },
    { name: 'recovery', seconds: 10 },
  ],
  load: {
    plays: false,
    hotPlaylists: { count: 1, followers: 600_000 },
    // Arrivals per second for a million listeners; --listeners scales them in steps of half a million, together with
    // the servers that rehearse show --knobs marks. Redis stays one thread: what overloads it shows at a million only.
    traffic: [
      { operation: 'playlist.get', journey: { kind: 'open-playlist', from: 'popularity' }, perSecond: { always: 60 } },
      // \`fault\`: the healthy arm runs without it.
      { operation: HOT, journey: { kind: 'open-playlist', from: 'hot' }, perSecond: { trigger: 2_500 }, fault: true },
      { operation: USUAL, journey: { kind: 'open-playlist', from: 'hot' }, perSecond: { always: 20 } },
    ],
  },
  // What fails besides: crash, pause, partition or network, of these and other machines (docs/faults.md in the package).
  // faults: [{ kind: 'crash', machines: 'cassandra', index: 0, phase: 'trigger', afterSeconds: 20, downSeconds: 15 }],
  invariants: ['conservation'],
  cases: [
    {
      name: '${name}',
      title: 'Everybody opens the same playlist',
      // Knobs of every arm; rehearse show hot-partition --knobs lists all of them.
      set: { 'playlist.schema': 'wide', 'playlist.cache': 'off' },
      headline: { operation: HOT, series: [\`\${HOT} p99\`, \`\${HOT} errors\`] },
      objectives: [p(USUAL, 99, 'trigger', 100), errors(USUAL, 'trigger', 1)],
      // Without this figure a missed objective confirms nothing: it could have another reason.
      evidence: [
        {
          name: 'skew over replicas',
          in: ['broken'],
          sentence: 'The three busiest nodes carry a multiple of the mean',
          measure: (run) =>
            run.busiestUtilisation('cassandra', 'trigger', 3) / run.meanUtilisation('cassandra', 'trigger'),
          comparison: '>=',
          target: 2,
          unit: '× the mean',
        },
      ],
      arms: [
        { name: 'healthy', role: 'healthy', title: 'Without the rush', fault: false, says: seen },
        { name: 'broken', role: 'broken', title: 'A row per follower under (playlist_id)', says: seen },
        {
          name: 'bucketed key',
          role: 'fixed',
          title: '((playlist_id, bucket), user_id)',
          set: { 'playlist.schema': 'bucketed' },
          says: seen,
        },
      ],
    },
  ],
  notes: {
    see: 'What somebody on call sees first.',
    why: 'The mechanism behind it.',
    fix: 'What helps.',
    costs: 'What the fix costs.',
    questions: ['What would you measure next?'],
    triage: [],
    caveats: [],
    arithmetic: [],
    sources: [],
  },
});
`;
}

/** Where a workflow runs: in a checkout of the product, or in a repository of somebody's own. */
export type Place = 'checkout' | 'elsewhere';

/** The package is in no registry, so CI takes what is there: the checkout itself, or a tarball that is committed. */
export function workflowTemplate(name: string, place: Place): string {
  const command = `run ./${name}.scenario.ts --listeners 500000 --out rehearsal`;
  const tarball = `./${packedName()}`;
  const steps =
    place === 'checkout'
      ? `      - run: npm ci
      - run: npm run -s rehearse -- ${command}`
      : `      - run: npm install --no-save "$PACKAGE"
      - run: npx rehearse ${command}`;
  const inputs =
    place === 'checkout'
      ? '  workflow_dispatch:'
      : `  workflow_dispatch:
    inputs:
      package:
        description: what npm installs as the product, a path in this repository or an address
        default: ${tarball}`;
  const environment =
    place === 'checkout'
      ? ''
      : `    env:
      # The product is in no registry: this tarball is made by npm pack in its checkout, and committed here.
      PACKAGE: \${{ inputs.package || '${tarball}' }}
`;
  return `# Rehearses ${name} on every push: exit code 1 when a fix no longer holds, or the incident no longer bites.
name: ${name}
on:
  push:
  pull_request:
${inputs}
jobs:
  rehearse:
    runs-on: ubuntu-latest
${environment}    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
${steps}
      - run: cat rehearsal/summary.md >> "$GITHUB_STEP_SUMMARY"
        if: always()
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: rehearsal
          path: rehearsal
`;
}
