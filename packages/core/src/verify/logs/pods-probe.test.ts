import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../clock.ts';
import { ApiError } from '../../cluster/api-error.ts';
import { checkSchema } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Pod } from '../../workload/types.ts';
import type { JsonValue, Observation } from '../check.ts';
import { logsProbe } from '../checks/logs.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { Kubelet, type Line, podOf, restarted } from './kubelet.test-data.ts';

const NEVER = new AbortController().signal;

interface Ground {
  readonly kubelet: Kubelet;
  readonly pods: Pod[];
  readonly probe: Probe;
  measure(): Promise<Observation>;
}

/** A check of the logs of these pods, one run each. */
function ground(
  logs: Readonly<Record<string, readonly Line[]>>,
  more: object = {},
  before?: readonly JsonValue[],
): Ground {
  const kubelet = new Kubelet();
  const pods = Object.keys(logs).map((name) => podOf(name));
  for (const [name, lines] of Object.entries(logs)) kubelet.runs.set(name, [[...lines]]);
  const context: Surroundings = {
    variables: {
      url: undefined,
      version: undefined,
      namespace: 'shop',
      environment: undefined,
      app: undefined,
      release: undefined,
    },
    servers: { prometheus: undefined, alertmanager: undefined, elasticsearch: undefined },
    live: kubelet.live(() => pods),
    before: () => before,
    clock: systemClock,
    workspace: '/',
  };
  const config = checkSchema.parse({ logs: more }).logs;
  if (!config) throw new Error('no logs check');
  const probe = logsProbe(config, context);
  return { kubelet, pods, probe, measure: () => probe.measure(NEVER) };
}

const READY: Line = [0.5, 'ready'];

describe('the logs of the new pods', () => {
  test('without a line of the level are good, and how much was read is said', async () => {
    const seen = await ground({ a: [READY], b: [READY, [1, 'WARN slow']] }).measure();
    expect(seen).toMatchObject({ outcome: 'succeeded', number: 0, value: '0 lines' });
    expect(seen.message).toBe('no line of level error or worse among 3 lines of 2 pods');
  });

  test('with an error are bad at once, with the line and who said it', async () => {
    const seen = await ground({ a: [READY, [2, 'ERROR order 12 failed']], b: [READY] }).measure();
    expect(seen).toMatchObject({ outcome: 'failed', retry: false, number: 1 });
    expect(seen.message).toContain(
      '1 × ERROR order <n> failed; the first: ERROR order 12 failed, said by web of a',
    );
    expect(seen.excerpt).toBe('ERROR order 12 failed');
  });

  test('are read from the beginning, and then only on: each line counts once', async () => {
    const { kubelet, measure } = ground({ a: [READY, [1.25, 'ERROR x']] }, { max: 2 });
    const { runs, requests } = kubelet;
    expect((await measure()).number).toBe(1);
    expect((await measure()).number).toBe(1);
    runs.get('a')?.[0]?.push([1.75, 'ERROR x']);
    expect((await measure()).number).toBe(2);
    runs.get('a')?.[0]?.push([3, 'ERROR x']);
    expect(await measure()).toMatchObject({ outcome: 'failed', number: 3 });
    expect(requests).toEqual([
      'a all',
      'a 2024-01-02T03:04:01.250000000Z',
      'a 2024-01-02T03:04:01.250000000Z',
      'a 2024-01-02T03:04:01.750000000Z',
    ]);
  });

  test('count lines of the same moment each', async () => {
    const { kubelet, measure } = ground(
      {
        a: [
          [1, 'ERROR x'],
          [1, 'ERROR x'],
        ],
      },
      { max: 9 },
    );
    expect((await measure()).number).toBe(2);
    kubelet.runs.get('a')?.[0]?.push([1, 'ERROR x']);
    expect((await measure()).number).toBe(3);
  });

  test.each([
    ['warn', 3],
    ['error', 2],
    ['fatal', 1],
  ])('of level %s and worse count: %i', async (level, number) => {
    const lines: Line[] = [
      [1, 'WARN a'],
      [2, 'ERROR b'],
      [3, 'FATAL c'],
    ];
    expect((await ground({ a: lines }, { level, max: 9 }).measure()).number).toBe(number);
  });

  test('count no line that ignore finds', async () => {
    const logs = {
      a: [
        [1, 'ERROR no favicon.ico'],
        [2, 'ERROR x'],
      ] as Line[],
    };
    expect(await ground(logs, { ignore: ['favicon'], max: 1 }).measure()).toMatchObject({
      outcome: 'succeeded',
      number: 1,
    });
  });

  test('are refused with a pattern that is none, or a workload that is not verified', () => {
    expect(() => ground({}, { name: 'errors', ignore: ['('] })).toThrow(UserError);
    expect(() => ground({}, { workloads: ['deployment/wbe'] })).toThrow(
      'which is not verified. Did you mean "deployment/web"?',
    );
    expect(ground({}, { workloads: ['deploy/web'] }).probe.target).toContain('deployment/web');
  });

  test('with a pattern that takes for ever are an error, not a hanging step', async () => {
    const logs = { a: [[1, `ERROR ${'a'.repeat(60)}b`]] as Line[] };
    expect(await ground(logs, { ignore: ['(a+)+$'] }).measure()).toMatchObject({
      outcome: 'error',
      retry: false,
    });
  });
});

describe('silence', () => {
  test('of one pod proves nothing, and names it', async () => {
    const seen = await ground({ a: [READY], b: [] }).measure();
    expect(seen).toMatchObject({ outcome: 'inconclusive', retry: true });
    expect(seen.message).toBe('b has logged nothing since the start');
    expect(seen.hint).toContain('require-lines: false');
  });

  test('is good with require-lines: false', async () => {
    const seen = await ground({ a: [], b: [] }, { 'require-lines': false }).measure();
    expect(seen.outcome).toBe('succeeded');
  });

  test('is over with the first line, whenever it was said', async () => {
    const { kubelet, measure } = ground({ a: [] });
    expect((await measure()).outcome).toBe('inconclusive');
    kubelet.runs.get('a')?.[0]?.push(READY);
    expect((await measure()).outcome).toBe('succeeded');
    expect((await measure()).outcome).toBe('succeeded');
  });

  test('does not hide the error of another pod', async () => {
    expect((await ground({ a: [], b: [[1, 'ERROR x']] }).measure()).outcome).toBe('failed');
  });

  test('without any new pod proves nothing', async () => {
    expect(await ground({}).measure()).toMatchObject({ outcome: 'inconclusive', value: 'no pods' });
  });
});

describe('a container that was restarted', () => {
  test('is read in its run before, too, when it is met first', async () => {
    const { kubelet, pods, measure } = ground({ a: [READY] });
    kubelet.runs.set('a', [[[0.1, 'panic: x']], [READY]]);
    pods[0] = podOf('a', restarted(1, 0.2));
    const seen = await measure();
    expect(seen).toMatchObject({ outcome: 'failed', number: 1 });
    expect(seen.message).toContain('panic: x');
  });

  test('between two measurements has nothing lost and nothing counted twice', async () => {
    const { kubelet, pods, measure } = ground({ a: [READY, [1, 'ERROR a']] }, { max: 9 });
    expect((await measure()).number).toBe(1);
    kubelet.runs.set('a', [[READY, [1, 'ERROR a'], [5, 'ERROR b']], [[6, 'ERROR c']]]);
    pods[0] = podOf('a', restarted(1, 5));
    expect((await measure()).number).toBe(3);
    expect((await measure()).number).toBe(3);
  });

  test('of which is heard later than its new log was read has nothing lost either', async () => {
    const { kubelet, pods, measure } = ground({ a: [READY, [1, 'ERROR a']] }, { max: 9 });
    expect((await measure()).number).toBe(1);
    kubelet.runs.set('a', [[READY, [1, 'ERROR a'], [5, 'ERROR b']], [[7, 'ERROR c']]]);
    expect((await measure()).number).toBe(2);
    pods[0] = podOf('a', restarted(1, 5));
    expect((await measure()).number).toBe(3);
  });

  test('too often has runs that can be read no more, which is said', async () => {
    const { kubelet, pods, measure } = ground({ a: [READY] });
    kubelet.runs.set('a', [[[1, 'x']], [[2, 'y']]]);
    pods[0] = podOf('a', restarted(3, 1));
    expect((await measure()).warnings).toEqual(['2 earlier runs of web of a can be read no more']);
  });

  test('and waits to be restarted again is read in its last run', async () => {
    const { kubelet, pods, measure } = ground({ a: [] });
    kubelet.runs.set('a', [[[1, 'fatal: x']]]);
    const state = { waiting: { reason: 'CrashLoopBackOff' } };
    pods[0] = podOf('a', { ...restarted(1, 2), state });
    expect(await measure()).toMatchObject({ outcome: 'failed', number: 1 });
  });
});

describe('a log of more than is read at once', () => {
  const long = (count: number, at: (index: number) => number): Line[] =>
    Array.from({ length: count }, (_, index) => [at(index), `info ${'x'.repeat(1_000)}`]);

  test('is read on at the next measurements, and proves nothing before', async () => {
    const lines = [...long(2_500, (index) => index / 10), [300, 'ERROR at the end'] as Line];
    const { measure } = ground({ a: lines });
    const first = await measure();
    expect(first).toMatchObject({ outcome: 'inconclusive' });
    expect(first.message).toContain(
      'the log of a is longer than what is read at once (1 MiB a pod)',
    );
    expect((await measure()).outcome).toBe('inconclusive');
    expect(await measure()).toMatchObject({ outcome: 'failed', number: 1 });
  });

  test('in one second is left behind, which is said', async () => {
    const lines = [...long(2_500, () => 1), [2, 'ERROR x'] as Line];
    const { measure } = ground({ a: lines });
    await measure();
    expect((await measure()).warnings).toEqual([
      'lines of web of a were left out: too many in one second',
    ]);
    expect((await measure()).outcome).toBe('failed');
  });
});

describe('logs that cannot be read', () => {
  const refusal = new ApiError(
    'The API server refused to read the log: forbidden.',
    403,
    {},
    undefined,
  );

  test('are an error, with what the API server says', async () => {
    const { kubelet, measure } = ground({ a: [READY] });
    kubelet.refusal = refusal;
    const seen = await measure();
    expect(seen).toMatchObject({ outcome: 'error', retry: true });
    expect(seen.message).toContain('refused to read the log: forbidden');
  });

  test('do not hide an error that was read before', async () => {
    const { kubelet, measure } = ground({ a: [[1, 'ERROR x']] });
    await measure();
    kubelet.refusal = refusal;
    expect((await measure()).outcome).toBe('failed');
  });

  test('in time are an error that says how long was waited', async () => {
    const { kubelet, measure } = ground({ a: [READY] }, { timeout: '100ms' });
    kubelet.silence = true;
    expect((await measure()).message).toContain('did not come within 0.1 s');
  });

  test('are read on where they ended, once they can be read', async () => {
    const { kubelet, measure } = ground({ a: [READY] });
    await measure();
    kubelet.refusal = refusal;
    await measure();
    kubelet.refusal = undefined;
    kubelet.runs.get('a')?.[0]?.push([2, 'ERROR x']);
    expect(await measure()).toMatchObject({ outcome: 'failed', number: 1 });
  });
});

describe('compared with before the release', () => {
  const BEFORE = { baseline: 'before' };
  const old = {
    a: [
      [0, 'ready'],
      [30, 'ERROR order 1 failed'],
      [60, 'ready'],
    ] as Line[],
  };

  async function kept(): Promise<readonly JsonValue[]> {
    const { probe, measure } = ground(old, BEFORE);
    expect(probe.comparable).toBe(true);
    const { keep } = await measure();
    return keep === undefined ? [] : [JSON.parse(JSON.stringify(keep))];
  }

  test('what was there is kept, in which time', async () => {
    expect(await kept()).toEqual([{ minutes: 1, kinds: { 'ERROR order <n> failed': 1 } }]);
  });

  test('a known kind of line is good, a new one bad', async () => {
    const known = await ground(
      { b: [[1, 'ERROR order 7 failed']] },
      BEFORE,
      await kept(),
    ).measure();
    expect(known).toMatchObject({ outcome: 'succeeded', number: 0 });
    const lines: Line[] = [
      [1, 'ERROR order 7 failed'],
      [2, 'ERROR cannot pay'],
    ];
    const seen = await ground({ b: lines }, BEFORE, await kept()).measure();
    expect(seen).toMatchObject({ outcome: 'failed', number: 1 });
    expect(seen.message).toContain('ERROR cannot pay');
    expect(seen.message).not.toContain('ERROR order');
  });

  test('a known kind that comes far more often is bad', async () => {
    const lines = Array.from({ length: 20 }, (_, n): Line => [n, `ERROR order ${n} failed`]);
    const seen = await ground({ b: lines }, BEFORE, await kept()).measure();
    expect(seen).toMatchObject({ outcome: 'failed', number: 20 });
  });

  test('errors prove nothing where nothing was kept, and what to do is said', async () => {
    const seen = await ground({ b: [[1, 'ERROR x']] }, BEFORE).measure();
    expect(seen).toMatchObject({ outcome: 'inconclusive', retry: true });
    expect(seen.hint).toContain('phase: before');
  });

  test('no error is good also where nothing was kept', async () => {
    expect((await ground({ b: [READY] }, BEFORE).measure()).outcome).toBe('succeeded');
  });
});
