import { describe, expect, test } from '@jest/globals';
import { compactResult, findResult, resultLine } from '../../remote-result.ts';
import type { MigrateResult } from '../../result.ts';
import type { JobDecision } from './decide.ts';
import { jobOutcome, type OutcomeContext } from './outcome.ts';
import type { SeenPod } from './seen-pods.ts';

const RESULT: MigrateResult = findResult(
  'paal-migrate-result: {"command":"up","status":"failed","appliedCount":1,"failure":{"kind":"failed","message":"The migration b.mjs failed: E11000","position":{"file":"migrations/b.mjs","line":4}}}',
) as MigrateResult;

function context(more: Partial<OutcomeContext> = {}): OutcomeContext {
  return {
    namespace: 'shop',
    name: 'paal-migrate-1',
    timeout: 600_000,
    saidBy: () => ({ result: undefined, last: undefined }),
    fate: 'there',
    stopped: false,
    ...more,
  };
}

function pod(more: Partial<SeenPod> = {}): SeenPod {
  return {
    uid: 'u',
    namespace: 'shop',
    name: 'paal-migrate-1-x',
    started: true,
    end: undefined,
    over: true,
    succeeded: false,
    disrupted: undefined,
    ...more,
  };
}

function failed(one: SeenPod, reason?: string): Exclude<JobDecision, { kind: 'wait' }> {
  const condition = reason === undefined ? undefined : { type: 'Failed', status: 'True', reason };
  return { kind: 'failed', pod: one, condition };
}

describe('a failure that the runner told of', () => {
  test('is that of the step, with its place, also when the log is lost', () => {
    const end = { exitCode: 1, message: JSON.stringify(RESULT) };
    const { result, exitCode, failure } = jobOutcome(failed(pod({ end })), context());
    expect(result?.appliedCount).toBe(1);
    expect(exitCode).toBe(1);
    expect(failure?.message).toBe('The migration b.mjs failed: E11000');
    expect(failure?.position).toEqual({ file: 'migrations/b.mjs', line: 4 });
  });

  test('is read from the log when the message was lost, or had no room for all of it', () => {
    const many = {
      ...RESULT,
      migrations: Array.from({ length: 200 }, (_, index) => ({
        name: `2024010100${String(index).padStart(4, '0')}-a-long-name.mjs`,
        state: 'done' as const,
        missing: false,
        late: false,
        edited: false,
        appliedAt: undefined,
        milliseconds: 1,
        run: undefined,
        sha: undefined,
        checkpoint: undefined,
      })),
    };
    const logged = findResult(resultLine(many));
    const saidBy = () => ({ result: logged, last: undefined });
    const message = compactResult(many, 4_096);
    for (const end of [{ exitCode: 1 }, { exitCode: 1, message }]) {
      const { result } = jobOutcome(failed(pod({ end })), context({ saidBy }));
      expect(result?.migrations).toHaveLength(200);
    }
  });

  test('is read from the end of the log that the kubelet takes for a message', () => {
    const end = { exitCode: 1, message: `line\n${resultLine(RESULT)}\n` };
    const { failure } = jobOutcome(failed(pod({ end })), context());
    expect(failure?.message).toBe('The migration b.mjs failed: E11000');
  });

  test('says why the runner had to stop, where that was not its own doing', () => {
    const end = { exitCode: 143, message: JSON.stringify(RESULT) };
    const late = jobOutcome(failed(pod({ end }), 'DeadlineExceeded'), context());
    expect(late.failure?.message).toMatch(/took longer than 10 m .*job-timeout.* E11000/);
    const stopped = jobOutcome(failed(pod({ end })), context({ stopped: true }));
    expect(stopped.failure?.message).toMatch(/^The run was cancelled, .* E11000/);
    const evicted = jobOutcome(failed(pod({ end, disrupted: 'Evicted' })), context());
    expect(evicted.failure?.message).toMatch(/^The cluster ended the pod .*\(Evicted\)/);
  });
});

describe('a runner that left no result', () => {
  test.each([
    [2, 'It refused, and nothing was changed.'],
    [3, 'Another run holds the lease, and nothing was changed.'],
    [4, 'The database could not be reached, and nothing was changed.'],
    [9, 'a bug in the runner. The database may have been changed'],
    [1, 'The database may have been changed'],
    [137, 'The database may have been changed'],
  ])('with exit code %i is judged by that', (exitCode, says) => {
    const outcome = jobOutcome(failed(pod({ end: { exitCode } })), context());
    expect(outcome).toMatchObject({ exitCode, result: undefined });
    expect(outcome.failure?.message).toContain(says);
  });

  test('is quoted with its last words', () => {
    const saidBy = () => ({ result: undefined, last: 'Error: no such module' });
    const { failure } = jobOutcome(failed(pod({ end: { exitCode: 1 } })), context({ saidBy }));
    expect(failure?.message).toMatch(/Its last words: Error: no such module$/);
  });

  test('for want of memory is named so', () => {
    const end = { exitCode: 137, reason: 'OOMKilled' };
    const { failure } = jobOutcome(failed(pod({ end })), context());
    expect(failure?.message).toContain('used more memory than its limit');
    expect(failure?.failureReason).toBe('OOMKilled');
  });

  test('because there is no Node.js has run nothing', () => {
    const message = 'exec: "node": executable file not found in $PATH';
    const end = { exitCode: 128, reason: 'StartError', message };
    const { failure } = jobOutcome(failed(pod({ end, started: false })), context());
    expect(failure?.message).toMatch(/could not be started .*nothing was run.*Node\.js/);
  });
});

describe('a Job of which little is known', () => {
  const finding = { reason: 'ImageNotFound', class: 'permanent', message: 'No image.' } as const;

  test('that never began says that no migration was run, and what became of it', () => {
    const decision = { kind: 'not-started', findings: [{ ...finding, hint: 'Push it.' }] } as const;
    const gone = jobOutcome(decision, context({ fate: 'deleted' })).failure;
    expect(gone?.message).toBe(
      'No image. Push it. No migration was run; the job/paal-migrate-1 was deleted.',
    );
    expect(gone?.failureReason).toBe('ImageNotFound');
    expect(jobOutcome(decision, context()).failure?.message).toMatch(/is still there\.$/);
  });

  test('that was deleted in the middle may have changed the database', () => {
    const { failure } = jobOutcome({ kind: 'deleted', pod: pod() }, context());
    expect(failure?.message).toMatch(
      /^The job\/paal-migrate-1 in namespace shop was deleted by somebody else, after the migrations had begun\. The database may have been changed/,
    );
    const before = jobOutcome({ kind: 'deleted', pod: undefined }, context()).failure;
    expect(before?.message).toMatch(/before it began; no migration was run/);
    const own = jobOutcome({ kind: 'deleted', pod: undefined }, context({ stopped: true }));
    expect(own.failure?.message).toBe(
      'The run was cancelled, and the job/paal-migrate-1 deleted before it began.',
    );
  });

  test('that was lost is no success', () => {
    const decision = { kind: 'lost', pod: undefined, condition: undefined } as const;
    const { exitCode, failure } = jobOutcome(decision, context());
    expect(exitCode).toBeUndefined();
    expect(failure?.message).toMatch(/is not known.*may have been changed/);
  });
});
