import { describe, expect, it } from 'vitest';
import { ReportError } from './report-error.ts';
import type {
  ArmResult,
  ArmRun,
  Breakdown,
  CaseResult,
  Conservation,
  Environment,
  EvidenceResult,
  FaultWindow,
  Figure,
  HistogramData,
  Interrupted,
  InvariantResult,
  NodeLoad,
  Notes,
  NotRun,
  ObjectiveResult,
  OperationResult,
  PhaseResult,
  PhaseWindow,
  RunResult,
  Scale,
  ScenarioResult,
  TimeSeries,
  Totals,
  Verdict,
} from './result.ts';
import { sampleResult } from './sample-result.ts';
import { findProblem, type Schema, unknownKeywords } from './schema.ts';
import { parseResult, resultSchema } from './validate-result.ts';

/** Whether a field of the type must be there. The compiler refuses a table that misses a field or has one too many. */
type Fields<T> = { [K in keyof Required<T>]: T extends Record<K, T[K]> ? 'required' : 'optional' };

const R = 'required';
const fields: Record<string, Record<string, 'required' | 'optional'>> = {
  RunResult: {
    version: R,
    mode: R,
    digest: R,
    command: R,
    confirmed: R,
    partial: R,
    interrupted: 'optional',
    leftOut: 'optional',
    seeds: R,
    scale: R,
    totals: R,
    scenarios: R,
    verdicts: R,
    environment: R,
  } satisfies Fields<RunResult>,
  Interrupted: { notRun: R, error: 'optional' } satisfies Fields<Interrupted>,
  NotRun: { scenario: R, case: R, arm: R, role: R, seeds: R } satisfies Fields<NotRun>,
  Environment: {
    product: R,
    commit: R,
    node: R,
    platform: R,
    cores: R,
    workers: R,
    drain: R,
    startedAt: R,
    wallSeconds: R,
    cpuSeconds: R,
    peakMemoryBytes: R,
  } satisfies Fields<Environment>,
  Scale: { listeners: R, factor: R, asSet: 'optional' } satisfies Fields<Scale>,
  Totals: { plays: R, requests: R, events: R, virtualSeconds: R, arms: R } satisfies Fields<Totals>,
  Verdict: {
    scenario: R,
    case: R,
    arm: R,
    role: R,
    expected: R,
    observed: R,
    confirmed: R,
    sentence: R,
    reasons: 'optional',
    sentenceSeed: 'optional',
    overridden: 'optional',
  } satisfies Fields<Verdict>,
  ScenarioResult: {
    name: R,
    title: R,
    hypothesis: R,
    listeners: R,
    phases: R,
    faults: 'optional',
    cases: R,
    notes: R,
    confirmed: R,
    command: R,
  } satisfies Fields<ScenarioResult>,
  FaultWindow: { startS: R, endS: R, what: R } satisfies Fields<FaultWindow>,
  PhaseWindow: { name: R, startS: R, endS: R, measured: R } satisfies Fields<PhaseWindow>,
  Notes: {
    see: R,
    why: R,
    fix: R,
    costs: R,
    questions: R,
    triage: R,
    caveats: R,
    arithmetic: R,
    sources: R,
  } satisfies Fields<Notes>,
  CaseResult: { name: R, title: R, headline: R, arms: R } satisfies Fields<CaseResult>,
  ArmResult: {
    name: R,
    role: R,
    title: R,
    configuration: R,
    units: R,
    difference: R,
    verdict: R,
    runs: R,
  } satisfies Fields<ArmResult>,
  ArmRun: {
    seed: R,
    partial: R,
    activeListeners: R,
    plays: R,
    events: R,
    phases: R,
    objectives: R,
    evidence: R,
    invariants: R,
    series: R,
    nodes: R,
    figures: R,
    conservation: R,
  } satisfies Fields<ArmRun>,
  Figure: { name: R, value: R, unit: R } satisfies Fields<Figure>,
  Conservation: { arrivals: R, completed: R, failed: R, inFlight: R } satisfies Fields<Conservation>,
  PhaseResult: { name: R, operations: R } satisfies Fields<PhaseResult>,
  OperationResult: {
    operation: R,
    conservation: R,
    errors: R,
    latency: R,
    goodputPerSecond: R,
    breakdown: R,
  } satisfies Fields<OperationResult>,
  HistogramData: { count: R, sumMs: R, maxMs: R, buckets: R } satisfies Fields<HistogramData>,
  Breakdown: { percentile: R, totalMs: R, requests: R, parts: R } satisfies Fields<Breakdown>,
  ObjectiveResult: {
    name: R,
    phase: R,
    measured: R,
    comparison: R,
    target: R,
    unit: R,
    met: R,
    margin: R,
  } satisfies Fields<ObjectiveResult>,
  EvidenceResult: {
    name: R,
    sentence: R,
    measured: R,
    comparison: R,
    target: R,
    unit: R,
    holds: R,
  } satisfies Fields<EvidenceResult>,
  InvariantResult: {
    name: R,
    checked: R,
    violations: R,
    expectedToBreak: R,
    examples: R,
  } satisfies Fields<InvariantResult>,
  TimeSeries: { name: R, unit: R, group: R, stepS: R, startS: R, values: R } satisfies Fields<TimeSeries>,
  NodeLoad: {
    node: R,
    engine: R,
    phase: R,
    requestsPerSecond: R,
    utilisation: R,
    resource: R,
    largestBytes: R,
    hot: R,
  } satisfies Fields<NodeLoad>,
};

const schemaOf = (name: string): Schema =>
  name === 'RunResult' ? resultSchema() : resultSchema().$defs![name]!;

describe('the schema of a result', () => {
  const sample = sampleResult({ seeds: [1], scenarios: ['hot-partition'] });

  it.each(Object.keys(fields))('describes exactly the fields of the type %s', (name) => {
    const schema = schemaOf(name);
    const required = Object.keys(fields[name]!).filter((field) => fields[name]![field] === R);
    expect(Object.keys(schema.properties!).sort()).toEqual(Object.keys(fields[name]!).sort());
    expect([...schema.required!].sort()).toEqual(required.sort());
  });

  it('accepts a result, and reads it back unchanged', () => {
    expect(parseResult(JSON.stringify(sample), 'result.json')).toEqual(sample);
  });

  it('uses no keyword that the validator would ignore', () => {
    expect(unknownKeywords(resultSchema())).toEqual([]);
  });

  it('refuses a result that lacks any one required field, and names the field', () => {
    let tried = 0;
    // Through JSON, because the list of verdicts shares its objects with the arms.
    visit(JSON.parse(JSON.stringify(sample)), resultSchema(), '', (holder, key, path) => {
      const kept = holder[key];
      delete holder[key];
      expect(findProblem(holder, { required: [key] })).toEqual({ path: key, what: 'is missing' });
      const problem = findProblem(visited!, resultSchema());
      expect(problem).toEqual({ path, what: 'is missing' });
      holder[key] = kept;
      tried++;
    });
    expect(tried).toBeGreaterThan(100);
  });
});

let visited: unknown;

/** Every required field of the first element of every list. */
function visit(
  value: unknown,
  schema: Schema,
  path: string,
  each: (holder: Record<string, unknown>, key: string, path: string) => void,
): void {
  if (path === '') visited = value;
  const rule =
    schema.$ref === undefined ? schema : resultSchema().$defs![schema.$ref.replace('#/$defs/', '')]!;
  if (Array.isArray(value)) {
    if (value.length > 0 && rule.items !== undefined) visit(value[0], rule.items, `${path}[0]`, each);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  for (const key of rule.required ?? []) {
    const at = path === '' ? key : `${path}.${key}`;
    each(holder, key, at);
    visit(holder[key], rule.properties![key]!, at, each);
  }
}

describe('reading a result', () => {
  const refusal = (text: string) => {
    try {
      parseResult(text, 'old/result.json');
    } catch (error) {
      expect(error).toBeInstanceOf(ReportError);
      return (error as Error).message;
    }
    throw new Error('It was accepted.');
  };
  const changed = (change: (result: RunResult) => void) => {
    const result = sampleResult({ seeds: [1], scenarios: ['hot-partition'] });
    change(result);
    return JSON.stringify(result);
  };

  it.each([
    ['', "'old/result.json' is empty, not a result of rehearse."],
    ['<html>', '\'old/result.json\' is not JSON: unexpected "<" at line 1, column 1 (position 0).'],
    ['{"a": nope}', '\'old/result.json\' is not JSON: unexpected "o" at line 1, column 8 (position 7).'],
    ['{"a":\n1,}', '\'old/result.json\' is not JSON: unexpected "}" at line 2, column 3 (position 8).'],
    ['{"seeds": [1,', "'old/result.json' is not JSON: it breaks off at line 1, column 14 (position 13)."],
    ['[]', "'old/result.json' is not a result of rehearse: it should be an object, found a list."],
    ['{"version":1}', "'old/result.json' is not a result of rehearse: 'mode' is missing."],
  ])('says what is wrong with %j', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('names both versions when the file is of another one', () => {
    expect(refusal(changed((result) => Object.assign(result, { version: 2 })))).toBe(
      "'old/result.json' is a result of version 2; this rehearse reads version 1. It was written by a newer rehearse.",
    );
  });

  it('names the path of a field of the wrong kind', () => {
    const text = changed((result) =>
      Object.assign(result.scenarios[0]!.cases[0]!.arms[1]!, { role: 'sick' }),
    );
    expect(refusal(text)).toBe(
      "'old/result.json' is not a result of rehearse: 'scenarios[0].cases[0].arms[1].role' should be one of healthy, broken, fixed, decoy, live, found \"sick\".",
    );
  });
});
