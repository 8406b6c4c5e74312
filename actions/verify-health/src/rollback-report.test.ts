import { describe, expect, test } from '@jest/globals';
import { virtualClock } from '@paal/core/clock.test-data';
import type { CheckType } from '@paal/core/config/check-schema';
import { release } from '@paal/core/release/release.test-data';
import { renderRunSummary } from '@paal/core/report/run-summary';
import type { RollbackResult } from '@paal/core/rollback/run';
import { startJournal } from '@paal/core/rollout/journal';
import type { Outcome } from '@paal/core/verify/check';
import { checkOf } from '@paal/core/verify/check.test-data';
import type { Aftermath } from './aftermath.ts';
import type { Result } from './result.ts';
import { rollbackOutputs, rollbackSentences, rollbackSummary } from './rollback-report.ts';
import type { Recheck } from './verify-again.ts';

const back = release(1, 'verified');

const DONE: RollbackResult = {
  status: 'succeeded',
  target: { release: back, sources: new Map([['deployment/web', back]]), left: [] },
  outcomes: [],
  findings: [],
  refused: [],
  configMaps: [],
  restored: [],
  repinned: [],
  untold: [],
  drift: [],
  unproven: [],
  database: undefined,
  message: 'it serves again',
  reason: '',
};

function seen(status: Outcome, type: CheckType = 'http'): Result {
  const name = 'web';
  const reason = status === 'succeeded' ? 'a good answer' : 'never a good answer; got 500';
  return {
    verdict: {
      status,
      decided: true,
      checks: [{ name, status, decided: true, reportOnly: false, reason, evidence: undefined }],
    },
    measurements: [],
    elapsed: 1_000,
    cancelled: false,
    checks: [checkOf(() => Promise.reject(new Error('not asked')), { type, name, successes: 1 })],
    schedule: { duration: 10_000, interval: 1_000 },
    startedAt: new Date(0),
  };
}

function after(result: Partial<RollbackResult>, again?: Partial<Recheck>): Aftermath {
  const journal = startJournal({ print: () => {}, record: () => {} }, virtualClock());
  const nothing = { pruned: [], kept: [], notPruned: undefined };
  return {
    marking: { release: 2, verified: false, because: 'its verification failed', ...nothing },
    rollback: {
      cause: {
        reason: 'VerificationFailed',
        class: 'probable',
        message: 'Check "web": got 500.',
        evidence: [{ title: 'Last lines of web in web-1', lines: ['no connection'] }],
      },
      result: { ...DONE, ...result },
      journal,
      flightRecord: '',
      again: again && { result: seen('succeeded'), version: 'v1', leftOut: [], ...again },
    },
    notRolledBack: undefined,
  };
}

function told(aftermath: Aftermath): string {
  return rollbackSentences(aftermath).join(' ');
}

describe('what was done about a release that is bad', () => {
  test('is said with what is good again', () => {
    expect(told(after({}, {}))).toBe(
      'Rolled back to release 1 (v1); it serves. It was verified again, and is good (version v1).',
    );
  });

  test('is said loudly when the cause is still there', () => {
    const text = told(after({}, { result: seen('failed') }));
    expect(text).toContain(
      'STILL BAD AFTER THE ROLLBACK: Check "web": never a good answer; got 500',
    );
    expect(text).toContain('the cause is probably not release 2: look at what both releases need');
  });

  test('allows for a query that looks back on the bad release', () => {
    const text = told(after({}, { result: seen('failed', 'prometheus') }));
    expect(text).toContain('not release 2, unless the check still looks back on it:');
  });

  test.each<[string, Partial<Recheck>]>([
    ['Verified again, it proves nothing: Check "web"', { result: seen('error') }],
    [
      'cancelled before it was verified again',
      { result: { ...seen('inconclusive'), cancelled: true } },
    ],
    ['It was not verified again.', { result: undefined }],
    [
      'Not asked, for want of a known version: the version in "web".',
      { version: undefined, leftOut: ['the version in "web"'] },
    ],
  ])('claims no more than is known: %s', (text, again) => {
    expect(told(after({}, again))).toContain(text);
    expect(told(after({}, again))).not.toContain('STILL BAD');
  });

  test('is why nothing was done', () => {
    const because = 'superseded: release 3 serves since';
    expect(told({ ...after({}), rollback: undefined, notRolledBack: because })).toBe(
      'Not rolled back: superseded: release 3 serves since.',
    );
  });

  test('is that it failed', () => {
    expect(told(after({ status: 'failed', message: 'the image is gone' }))).toBe(
      'The rollback to release 1 (v1) failed: the image is gone.',
    );
  });
});

describe('the outputs about a rollback', () => {
  test('name what serves again', () => {
    expect(rollbackOutputs(after({}, {}), false)).toEqual({
      'rolled-back': 'succeeded',
      'rolled-back-to': 1,
      'rollback-target': 'verified',
    });
  });

  test.each(['failed', 'cancelled'] as const)('claim nothing for one that %s', (status) => {
    const outputs = rollbackOutputs(after({ status }), false);
    expect(outputs).toMatchObject({ 'rolled-back': 'failed', 'rolled-back-to': undefined });
  });

  test('tell one that was not needed from one that was not attempted', () => {
    expect(rollbackOutputs(undefined, true)['rolled-back']).toBe('not-needed');
    expect(rollbackOutputs(undefined, false)['rolled-back']).toBe('not-attempted');
  });
});

test('the summary of a rollback is bad when what serves again is bad, too', () => {
  const outcome = (aftermath: Aftermath): string | undefined =>
    aftermath.rollback && rollbackSummary(aftermath.rollback, 2).outcome;
  expect(outcome(after({}, {}))).toBe('good');
  expect(outcome(after({}, { result: seen('failed') }))).toBe('bad');
  expect(outcome(after({ status: 'cancelled' }))).toBe('open');
});

test('the summary of a rollback keeps what the pods that went have said', () => {
  const { rollback } = after({}, {});
  const markdown = rollback ? renderRunSummary(rollbackSummary(rollback, 2)) : '';
  expect(markdown).toContain('Last lines of web in web-1');
  expect(markdown).toContain('no connection');
});
