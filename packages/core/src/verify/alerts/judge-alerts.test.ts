import { describe, expect, test } from '@jest/globals';
import { alertOf, NOON } from './alert.test-data.ts';
import { type Alert, shortName } from './alert.ts';
import type { Beginning } from './beginning.ts';
import { type AlertPolicy, judgeAlerts, type SeenAlerts } from './judge-alerts.ts';

const POLICY: AlertPolicy = {
  'ignore-existing': true,
  pending: 'inconclusive',
  silenced: 'own',
};
const MINUTE_OLD: Beginning = { known: undefined, releaseAge: 60_000, now: NOON };

function judged(
  alerts: readonly Alert[],
  policy: Partial<AlertPolicy> = {},
  more: Partial<SeenAlerts> = {},
  beginning: Beginning = MINUTE_OLD,
) {
  const server = 'Alertmanager at https://alerts.example/';
  const seen = { alerts, watchdog: undefined, server, ownSilences: new Set(['own']), ...more };
  return judgeAlerts(seen, beginning, { ...POLICY, ...policy });
}

describe('alerts', () => {
  test('of which none fires are good', () => {
    expect(judged([])).toEqual({
      outcome: 'succeeded',
      retry: true,
      value: 'no alert',
      message: 'no alert fires that began after the release',
      number: 0,
    });
  });

  test('of which one fires are bad, with its name, its labels, since when, and what it says', () => {
    const labels = { alertname: 'HighErrorRate', severity: 'critical', service: 'web' };
    const alert = alertOf({ labels, summary: 'More than 5 % of requests fail' });
    expect(judged([alert])).toMatchObject({
      outcome: 'failed',
      retry: true,
      value: '1 alert',
      message:
        'HighErrorRate{severity="critical", service="web"} has been firing for 30 s: More than 5 % of requests fail',
      number: 1,
    });
  });

  test('say where it is said what to do, where they know', () => {
    const runbook = 'https://runbooks.example/errors';
    expect(judged([alertOf({ runbook })]).hint).toBe(`Its runbook is ${runbook}`);
    expect(judged([alertOf()]).hint).toMatch(/^Look at what the alert counts/);
  });

  test('that are many are named by the first of them, and all are in the details', () => {
    const many = ['A', 'B', 'C', 'D', 'E'].map((name) => alertOf({ name }));
    const { value, message, details } = judged(many);
    expect(value).toBe('5 alerts');
    expect(message).toMatch(/^5 alerts: A has been firing for 30 s; B [^;]*; C [^;]*; and 2 more$/);
    expect(details).toHaveLength(5);
  });

  test('that began before the release do not count, and are told', () => {
    const old = alertOf({ startsAt: NOON - 3_600_000 });
    expect(judged([old])).toMatchObject({
      outcome: 'succeeded',
      message: 'no alert fires that began after the release (left out: 1 began before)',
      number: 0,
      details: ['HighErrorRate has been firing for 1 h (before the release)'],
    });
    expect(judged([old], { 'ignore-existing': false }).outcome).toBe('failed');
  });

  test('that nobody can date are an error, and never good', () => {
    const unknown = { ...MINUTE_OLD, now: undefined };
    const { outcome, message } = judged([alertOf()], {}, {}, unknown);
    expect(outcome).toBe('error');
    expect(message).toContain('does not say what time it is (header Date)');
    expect(judged([alertOf()], { 'ignore-existing': false }, {}, unknown)).toMatchObject({
      outcome: 'failed',
      message: 'HighErrorRate has been firing since 2026-03-01T11:59:30.000Z',
    });
  });

  test.each(['Watchdog', 'InfoInhibitor', 'DeadMansSwitch'])(
    'that say nothing of the application are no failure: %s',
    (name) => expect(judged([alertOf({ name })]).outcome).toBe('succeeded'),
  );

  test('that others inhibit do not count', () => {
    expect(judged([alertOf({ inhibited: true })]).outcome).toBe('succeeded');
  });
});

describe('pending alerts', () => {
  const pending = alertOf({ state: 'pending' });

  test.each([
    ['inconclusive', 'inconclusive', '1 pending alert'],
    ['fail', 'failed', '1 alert'],
    ['ignore', 'succeeded', 'no alert'],
  ] as const)('are, with pending: %s, %s', (policy, outcome, value) => {
    expect(judged([pending], { pending: policy })).toMatchObject({ outcome, value });
  });

  test('never hide one that fires', () => {
    const both = [pending, alertOf({ name: 'Down' })];
    expect(judged(both)).toMatchObject({ outcome: 'failed', value: '1 alert', number: 1 });
  });
});

describe('silenced alerts', () => {
  test.each([
    ['own', ['own'], 'failed'],
    ['own', ['other'], 'succeeded'],
    ['own', ['own', 'other'], 'succeeded'],
    ['all', ['other'], 'failed'],
    ['none', ['own'], 'succeeded'],
    ['none', [], 'failed'],
  ] as const)('with silenced: %s, hidden by %j, are %s', (silenced, silencedBy, outcome) => {
    expect(judged([alertOf({ silencedBy })], { silenced }).outcome).toBe(outcome);
  });

  test('are told as left out', () => {
    expect(judged([alertOf({ silencedBy: ['other'] })]).message).toBe(
      'no alert fires that began after the release (left out: 1 silenced)',
    );
  });
});

describe('the watchdog', () => {
  test('that does not fire makes the absence of alerts an error', () => {
    const seen = judged([], { watchdog: 'Heartbeat' }, { watchdog: false });
    expect(seen).toMatchObject({ outcome: 'error', retry: true, value: 'no Heartbeat' });
    expect(seen.message).toContain('the absence of others means nothing');
  });

  test('that does not fire does not hide an alert that does', () => {
    expect(judged([alertOf()], { watchdog: 'Heartbeat' }, { watchdog: false }).outcome).toBe(
      'failed',
    );
  });

  test('that fires is no failure itself, whatever its name', () => {
    const alerts = [alertOf({ name: 'Heartbeat' })];
    expect(judged(alerts, { watchdog: 'Heartbeat' }, { watchdog: true }).outcome).toBe('succeeded');
  });
});

test('the short name of an alert has the labels that tell most, and says when there are more', () => {
  const labels = {
    alertname: 'A',
    prometheus: 'k8s',
    zone: 'b',
    pod: 'web-1',
    namespace: 'shop',
    severity: 'page',
    service: 'web',
  };
  expect(shortName({ name: 'A', labels })).toBe(
    'A{severity="page", namespace="shop", service="web", pod="web-1", …}',
  );
  expect(shortName({ name: 'A', labels: { alertname: 'A' } })).toBe('A');
});
