import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Finding } from '../../../report/finding.ts';
import type { Verdict } from '../../../rollout/verdict.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import { decideJob, type JobView, LATE } from './decide.ts';
import type { SeenPod } from './seen-pods.ts';

const finding: Finding = { reason: 'ImageNotFound', class: 'permanent', message: 'No image.' };
const failed: Verdict = { status: 'failed', message: 'No image.', finding, findings: [finding] };
const progressing: Verdict = { status: 'progressing', message: '', reconsiderAt: 0 };

function job(...conditions: readonly string[]): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate' },
    spec: { template: { spec: { containers: [] } } },
    status: { conditions: conditions.map((type) => ({ type, status: 'True', reason: 'Why' })) },
  };
}

function pod(more: Partial<SeenPod> = {}): SeenPod {
  return {
    uid: 'u',
    namespace: 'shop',
    name: 'migrate-1',
    started: false,
    end: undefined,
    over: false,
    succeeded: false,
    disrupted: undefined,
    ...more,
  };
}

const waiting = pod();
const running = pod({ started: true });
const ended = (exitCode: number): SeenPod => pod({ started: true, over: true, end: { exitCode } });
const vanished = pod({ started: true, over: true });

function view(more: Partial<JobView>): JobView {
  return { job: job(), pods: [], verdict: progressing, current: true, overdue: 0, ...more };
}

describe('what is made of a Job', () => {
  test.each<[string, Partial<JobView>, string]>([
    ['has no pod yet', {}, 'wait'],
    ['waits to be started', { pods: [waiting] }, 'wait'],
    ['runs', { pods: [running] }, 'wait'],
    ['runs, though something is wrong', { pods: [running], verdict: failed }, 'wait'],
    ['ended with 0', { pods: [ended(0)] }, 'succeeded'],
    ['is complete, and its pod is gone', { job: job('Complete') }, 'succeeded'],
    ['ended with 1, and its controller has not seen it', { pods: [ended(1)] }, 'wait'],
    ['failed', { job: job('Failed'), pods: [ended(1)] }, 'failed'],
    ['fails, while its pod still ends', { job: job('FailureTarget'), pods: [running] }, 'wait'],
    ['fails, as its pod has ended', { job: job('FailureTarget'), pods: [ended(143)] }, 'failed'],
    ['failed, and its pod is gone unseen', { job: job('Failed') }, 'lost'],
    ['failed, and its pod vanished', { job: job('Failed'), pods: [vanished] }, 'lost'],
    ['failed before anything began', { job: job('Failed'), verdict: failed }, 'not-started'],
    ['is gone, while its pod still ends', { job: undefined, pods: [running] }, 'wait'],
    ['is gone, with its pod', { job: undefined, pods: [vanished] }, 'deleted'],
    ['is gone before it began', { job: undefined }, 'deleted'],
    ['is gone after it ended well', { job: undefined, pods: [ended(0)] }, 'succeeded'],
    ['cannot be started', { pods: [waiting], verdict: failed }, 'not-started'],
    ['cannot be started, as was seen a while ago', { verdict: failed, current: false }, 'wait'],
    ['was evicted, and begins anew', { pods: [ended(143), waiting] }, 'wait'],
    ['was evicted, and cannot', { pods: [ended(143), waiting], verdict: failed }, 'stuck'],
    ['was evicted, and ended well then', { pods: [ended(143), ended(0)] }, 'succeeded'],
    ['never comes to its end', { pods: [running], overdue: LATE }, 'lost'],
  ])('that %s', (_, more, kind) => {
    expect(decideJob(view(more)).kind).toBe(kind);
  });
});

const anyPod: fc.Arbitrary<SeenPod> = fc
  .record({
    started: fc.boolean(),
    over: fc.boolean(),
    succeeded: fc.boolean(),
    exitCode: fc.option(fc.constantFrom(0, 1, 2, 3, 4, 9, 128, 137, 143), { nil: undefined }),
    disrupted: fc.option(fc.constant('Evicted'), { nil: undefined }),
  })
  .map(({ exitCode, ...rest }) =>
    exitCode === undefined
      ? pod(rest)
      : pod({ ...rest, started: true, over: true, succeeded: exitCode === 0, end: { exitCode } }),
  );

const anyView: fc.Arbitrary<JobView> = fc.record({
  job: fc.option(
    fc.constantFrom(
      job(),
      job('Complete'),
      job('SuccessCriteriaMet'),
      job('Failed'),
      job('FailureTarget'),
      job('FailureTarget', 'Failed'),
      job('Suspended'),
    ),
    { nil: undefined },
  ),
  pods: fc.array(anyPod, { maxLength: 3 }),
  verdict: fc.constantFrom<Verdict>(
    progressing,
    failed,
    { ...failed, status: 'timed-out' },
    { status: 'succeeded', message: '' },
    { status: 'superseded', message: '' },
    { status: 'unknown', message: '' },
  ),
  current: fc.boolean(),
  overdue: fc.constantFrom(0, LATE - 1, LATE, 10 * LATE),
});

function isOver({ job: live }: JobView): boolean {
  const conditions = live?.status?.conditions ?? [];
  return live === undefined || conditions.some(({ type }) => /^(Failed|Complete)$/.test(type));
}

describe('whatever a Job and its pods come to', () => {
  test('success is said only of an exit with 0, or of what Kubernetes calls Complete', () => {
    fc.assert(
      fc.property(anyView, (seen) => {
        if (decideJob(seen).kind !== 'succeeded') return;
        const complete = seen.job?.status?.conditions?.some(({ type }) => type === 'Complete');
        const good = seen.pods.some(({ end, succeeded }) => end?.exitCode === 0 || succeeded);
        expect(complete || good).toBe(true);
      }),
    );
  });

  test('no end of it is waited out: neither its own, nor one of which nobody tells', () => {
    fc.assert(
      fc.property(anyView, (seen) => {
        const done = isOver(seen) && seen.pods.every(({ over }) => over);
        if (done || seen.overdue >= LATE) expect(decideJob(seen).kind).not.toBe('wait');
      }),
    );
  });

  test('a runner that runs is not given up in time, nor said not to have begun', () => {
    fc.assert(
      fc.property(anyView, (seen) => {
        const { kind } = decideJob(seen);
        const runs = seen.pods.some(({ started, over }) => started && !over);
        const good = kind === 'succeeded';
        if (runs && seen.overdue < LATE && !good) expect(kind).toBe('wait');
        if (seen.pods.some(({ started }) => started)) expect(kind).not.toBe('not-started');
      }),
    );
  });
});
