import { describe, expect, test } from '@jest/globals';
import { virtualClock } from '../clock.test-data.ts';
import { ApiError, UnreachableError } from '../cluster/api-error.ts';
import type { Connection } from '../cluster/connection.ts';
import { collectionsOf } from '../workload/kinds/kinds.test-data.ts';
import { deployment, pod, replicaSet, terminated } from '../workload/workload.test-data.ts';
import { collectEvidence, merged, withLastWords } from './evidence.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { targetOf } from './rollout.test-data.ts';
import { track } from './tracker.ts';

describe('findings', () => {
  const finding = (reason: string, pod: string, container = 'web') => ({
    reason,
    class: 'permanent' as const,
    workload: 'deployment/web',
    pod,
    container,
    message: `${reason} in ${pod}`,
  });

  test('that are the same in several pods are one, the first, with the others named', () => {
    const findings = [
      finding('A', 'web-1'),
      finding('A', 'web-2'),
      finding('B', 'web-2'),
      finding('A', 'web-3'),
    ];
    expect(merged(findings)).toEqual([
      { ...finding('A', 'web-1'), alsoIn: ['web-2', 'web-3'] },
      finding('B', 'web-2'),
    ]);
  });

  test('of different containers stay apart', () => {
    expect(merged([finding('A', 'web-1', 'web'), finding('A', 'web-1', 'proxy')])).toHaveLength(2);
  });
});

describe('the finding of a crash', () => {
  const finding = {
    reason: 'CrashLoop',
    class: 'probable' as const,
    message: 'The container web exited with code 1, 3 times so far.',
  };

  test('quotes the last line before the exit', () => {
    const title = 'Last lines of web in web-1 before it exited';
    const lines = ['starts', 'fatal: SMTP_URL is missing', ''];
    expect(withLastWords(finding, [{ title, lines }]).message).toBe(
      'The container web exited with code 1, 3 times so far. Its last words: fatal: SMTP_URL is missing',
    );
    const long = withLastWords(finding, [{ title, lines: ['x'.repeat(500)] }]).message;
    expect(long).toHaveLength(finding.message.length + 18 + 200);
  });

  test('quotes nothing of a run that is still going on', () => {
    const title = 'Last lines of web in web-1';
    expect(withLastWords(finding, [{ title, lines: ['serving'] }])).toBe(finding);
  });
});

describe('the log of a container that crashed', () => {
  /** How the server answers a request for a log; a double, because no real one answers so in turn. */
  type Answer = (signal: AbortSignal) => Promise<AsyncIterable<string>>;

  const written = deployment({ status: { updatedReplicas: 1, availableReplicas: 2 } });
  const owner = replicaSet(written);
  const WITHOUT = 'Without the log of web in web-1';

  async function collect(answers: readonly Answer[], ending = new AbortController()) {
    const clock = virtualClock();
    const left = [...answers];
    const connection: Connection = {
      forward: () => Promise.reject(new Error('nothing is forwarded')),
      server: '',
      namespace: '',
      close: async () => undefined,
      request: () => Promise.reject(new Error('not asked')),
      stream: async (_, signal) => {
        const answer = left.shift();
        if (!answer) throw new Error('asked too often');
        return await answer(signal);
      },
    };
    const tracker = track([targetOf(written)], DEFAULT_POLICY, 0);
    const crashed = collectionsOf(written, owner, pod(owner, terminated(1, 2)));
    const [standing] = tracker.look(crashed, true, 1_000);
    if (!standing) throw new Error('nothing was seen');
    expect(standing.verdict.status).toBe('failed');
    const collected = collectEvidence(connection, standing, clock, ending.signal);
    let isDone = false;
    void collected.then(() => {
      isDone = true;
    });
    await clock.until(() => isDone);
    const [finding] = await collected;
    return { evidence: finding?.evidence, at: clock.now() };
  }

  const lines: Answer = async () =>
    (async function* () {
      yield 'fatal: no database\n';
    })();
  const failing =
    (error: Error): Answer =>
    () =>
      Promise.reject(error);
  const none = failing(new ApiError('there is no previous container', 400, {}, undefined));
  const silent: Answer = (signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

  test('stands below the finding', async () => {
    const title = 'Last lines of web in web-1 before it exited';
    const expected = [{ title, lines: ['fatal: no database'] }];
    expect((await collect([lines])).evidence).toEqual(expected);
    expect((await collect([none, lines])).evidence).toEqual(expected);
  });

  test('that there is not is not missed', async () => {
    expect((await collect([none, none])).evidence).toBeUndefined();
  });

  test('that does not come is not waited for longer than 3 s, and that is said', async () => {
    const { evidence, at } = await collect([silent]);
    expect(at).toBe(3_000);
    const said = 'It did not come within 3 s, and was not waited for.';
    expect(evidence).toEqual([{ title: WITHOUT, lines: [said] }]);
  });

  test('that may not be read, or cannot be had just now, is missed with the reason', async () => {
    const denied = new ApiError('pods/log is forbidden. Add:\n- a rule', 403, {}, undefined);
    const gone = new UnreachableError('no connection', 'not-sent');
    for (const [answers, why] of [
      [
        [failing(denied), failing(denied)],
        ['pods/log is forbidden. Add:', '- a rule'],
      ],
      [[failing(gone), none], ['no connection']],
    ] as const) {
      expect((await collect(answers)).evidence).toEqual([{ title: WITHOUT, lines: why }]);
    }
    expect((await collect([failing(gone), lines])).evidence).toMatchObject([
      { lines: ['fatal: no database'] },
    ]);
  });
});
