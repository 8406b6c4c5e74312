import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { matchesAll, parseMatcher } from '@paal/core/verify/alerts/matchers';
import {
  startAlertmanager,
  startPrometheus,
  type WebService,
} from '../cluster/services/prometheus.ts';
import { afterTests, sharedCluster } from './fixture.ts';
import {
  ALERTMANAGER,
  type Alerts,
  alertsAt,
  atFirstGood,
  someNamespace,
  verifyAlerts,
} from './verify-alerts-fixture.ts';

jest.setTimeout(120_000);

let alertmanager: WebService;
let alerts: Alerts;
let at: Readonly<Record<string, string>>;

async function start(): Promise<WebService> {
  const started = await startAlertmanager(sharedCluster(), { configuration: ALERTMANAGER });
  afterTests(started.stop);
  return started;
}

beforeAll(async () => {
  alertmanager = await start();
  alerts = alertsAt(alertmanager);
  at = { 'alertmanager-url': alertmanager.url };
}, 300_000);

/** A Prometheus whose rules begin to be true at the given times, and which tells the Alertmanager. */
async function prometheusWith(rules: readonly object[]): Promise<WebService> {
  const target = new URL(alertmanager.clusterUrl ?? alertmanager.url).host;
  const started = await startPrometheus(sharedCluster(), {
    configuration: JSON.stringify({
      global: { evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [target] }] }] },
    }),
    rules: JSON.stringify({ groups: [{ name: 'shop', rules }] }),
  });
  afterTests(started.stop);
  return started;
}

describe('paal/verify-health, of alerts that Prometheus tells Alertmanager,', () => {
  test('leaves out one that fired before, and fails with the name of the one that begins', async () => {
    const namespace = someNamespace();
    const labels = { namespace, severity: 'critical' };
    const summary = 'More than 5 % of requests fail';
    const annotations = { summary, runbook_url: 'https://book.example' };
    await prometheusWith([{ alert: 'Old', expr: 'vector(1)', labels }]);
    // What Prometheus could not tell at first, it tells again after a minute.
    while ((await alerts.found([`namespace="${namespace}"`])).length === 0) await delay(100);
    let later: Promise<WebService> | undefined;
    const step = await verifyAlerts({
      namespace,
      inputs: { ...at, duration: '100s' },
      onLog: atFirstGood(() => {
        later = prometheusWith([
          { alert: 'HighErrorRate', expr: 'vector(1)', labels, annotations },
        ]);
      }),
    });
    await later;
    expect(step.outputs.status).toBe('failed');
    expect(step.log).toContain('left out: 1 began before');
    expect(step.log).toContain(
      'takes the alerts of its first measurement for older than the release',
    );
    expect(step.errors).toEqual([
      expect.stringMatching(
        /^Verification failed\. Check "alerts": did not stay good; HighErrorRate\{severity="critical", namespace="shop-.*"\} has been firing for .* s: More than 5 %25 of requests fail .*Its runbook is https:\/\/book\.example/,
      ),
    ]);
  }, 300_000);

  test('asks Prometheus itself where no Alertmanager is known: one that is pending says nothing yet', async () => {
    const namespace = someNamespace();
    const rule = { alert: 'Slow', expr: 'vector(1)', for: '1h', labels: { namespace } };
    const other = { alert: 'Down', expr: 'vector(1)', labels: { namespace: 'other' } };
    const { url } = await prometheusWith([rule, other]);
    const pending = async () => await (await fetch(`${url}/api/v1/alerts`)).text();
    while (!(await pending()).includes('pending')) await delay(100);
    const run = async (check: object) =>
      await verifyAlerts({
        namespace,
        check: { 'ignore-existing': false, ...check },
        inputs: { 'prometheus-url': url, duration: '1s' },
      });
    const step = await run({});
    expect(step.outputs.status).toBe('inconclusive');
    expect(step.errors[0]).toMatch(/Slow\{namespace="shop-.*"\} has been pending for /);
    expect((await run({ pending: 'fail' })).outputs.status).toBe('failed');
    expect((await run({ pending: 'ignore' })).outputs.status).toBe('succeeded');
  });
});

describe('paal/verify-health with a silence of its own', () => {
  const silence = { matchers: ['namespace="{{namespace}}"'], comment: 'Rollout' };

  test('has it while it measures, counts what it hides, and ends it with the verdict', async () => {
    const namespace = someNamespace();
    let during: ReturnType<Alerts['silences']> | undefined;
    const step = await verifyAlerts({
      namespace,
      verify: { silence },
      inputs: { ...at, duration: '60s' },
      onLog: atFirstGood(() => {
        during = alerts.silences(namespace);
        void during.then(() => alerts.fire({ alertname: 'Down', namespace }));
      }),
    });
    expect(await during).toMatchObject([
      {
        createdBy: 'paal',
        comment:
          'Rollout [paal app="shop" environment="staging"] https://github.com/paal/shop/actions/runs/42',
        status: { state: 'active' },
      },
    ]);
    expect(step.outputs.status).toBe('failed');
    expect(step.errors[0]).toContain('Down{namespace=');
    expect(await alerts.silences(namespace)).toMatchObject([{ status: { state: 'expired' } }]);
    const post = await step.post();
    expect(post.log).toBe('');
  });

  test('is not asked for one with silence: none', async () => {
    const namespace = someNamespace();
    const inputs = { ...at, duration: '0', silence: 'none' };
    const step = await verifyAlerts({ namespace, verify: { silence }, inputs });
    expect(step.outputs.status).toBe('succeeded');
    expect(await alerts.silences(namespace)).toEqual([]);
  });

  test('that is cancelled ends it at once', async () => {
    const namespace = someNamespace();
    const step = await verifyAlerts({
      namespace,
      verify: { silence },
      inputs: { ...at, duration: '10m' },
      onLog: atFirstGood((kill) => kill('SIGINT')),
    });
    expect(step.exitCode).toBe(1);
    expect(await alerts.silences(namespace)).toMatchObject([{ status: { state: 'expired' } }]);
  });

  test('that is killed ends it in the post step', async () => {
    const namespace = someNamespace();
    const step = await verifyAlerts({
      namespace,
      verify: { silence },
      inputs: { ...at, duration: '10m' },
      onLog: atFirstGood((kill) => kill('SIGKILL')),
    });
    expect(step.exitCode).toBeNull();
    const [left] = await alerts.silences(namespace);
    expect(left?.status.state).toBe('active');
    const minutes = (Date.parse(left?.endsAt ?? '') - Date.parse(left?.startsAt ?? '')) / 60_000;
    expect(minutes).toBeCloseTo(15, 0);
    const post = await step.post();
    expect(post.exitCode).toBe(0);
    expect(post.log).toContain(`The silence ${left?.id} is over`);
    expect(await alerts.silences(namespace)).toMatchObject([{ status: { state: 'expired' } }]);
  });

  test('goes on with the one that an earlier step of the job has left', async () => {
    const namespace = someNamespace();
    const first = await verifyAlerts({
      namespace,
      verify: { silence: { ...silence, duration: '30s' } },
      inputs: { ...at, duration: '10m' },
      onLog: atFirstGood((kill) => kill('SIGKILL')),
    });
    const [left] = await alerts.silences(namespace);
    const second = await verifyAlerts({
      namespace,
      verify: { silence: { ...silence, duration: '20m' } },
      inputs: { ...at, duration: '15m' },
      temp: first.temp,
      onLog: atFirstGood((kill) => kill('SIGINT')),
    });
    expect(second.log).toMatch(
      new RegExp(`stay silenced for 20 m at most \\(silence ${left?.id}\\)`),
    );
    expect(await alerts.silences(namespace)).toMatchObject([
      { id: left?.id, status: { state: 'expired' } },
    ]);
    expect((await first.post()).log).not.toContain(left?.id);
  });

  test('refuses one that would hide what is not of this app, before anything is asked', async () => {
    const namespace = someNamespace();
    const wide = { silence: { matchers: ['severity=~".*"'] } };
    const step = await verifyAlerts({ namespace, verify: wide, inputs: at });
    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toMatch(/^verify\.silence would also hide alerts of others/);
    expect(await alerts.silences(namespace)).toEqual([]);
  });

  test('goes on without it where it cannot be made, and says so', async () => {
    const verify = { silence, 'on-error': 'pass' };
    const inputs = { 'alertmanager-url': 'http://127.0.0.1:9', duration: '0' };
    const step = await verifyAlerts({ namespace: someNamespace(), verify, inputs });
    expect(step.log).toContain(
      '::warning::Alerts are not silenced while this is verified: Alertmanager at http://127.0.0.1:9/ does not answer: connection refused.',
    );
    expect(step.outputs.status).toBe('error');
    expect(step.exitCode).toBe(0);
  });
});

describe('paal/verify-health and Alertmanager', () => {
  test("leave out what somebody else's silence hides, and say so", async () => {
    const namespace = someNamespace();
    await alerts.silence(namespace);
    await alerts.fire({ alertname: 'Down', namespace });
    const check = { 'ignore-existing': false };
    const inputs = { ...at, duration: '0' };
    const step = await verifyAlerts({ namespace, check, inputs });
    expect(step.outputs.status).toBe('succeeded');
    expect(step.log).toContain('left out: 1 silenced');
    const all = await verifyAlerts({ namespace, check: { ...check, silenced: 'all' }, inputs });
    expect(all.outputs.status).toBe('failed');
  });

  test('end in an error, and no verdict on the application, when Alertmanager goes half-way', async () => {
    const own = await start();
    const step = await verifyAlerts({
      namespace: someNamespace(),
      inputs: { 'alertmanager-url': own.url, duration: '6s' },
      onLog: atFirstGood(() => void own.stop()),
    });
    expect(step.outputs.status).toBe('error');
    expect(step.errors[0]).toMatch(/Alertmanager at http.* (?:does not answer|gave)/);
  });

  test('stop before the first measurement at a matcher that Alertmanager refuses', async () => {
    const check = { matchers: ['job=~"(?=web)web"'] };
    const step = await verifyAlerts({ namespace: someNamespace(), check, inputs: at });
    expect(step.errors[0]).toMatch(
      /^The check "alerts": Alertmanager at .* refuses its matchers: /,
    );
    expect(step.log).not.toContain('good');
  });

  test('agree on what a matcher chooses', async () => {
    const namespace = someNamespace();
    const fixed = `namespace="${namespace}"`;
    const known: readonly Readonly<Record<string, string>>[] = [
      { alertname: 'A', job: 'web' },
      { alertname: 'B', job: 'web-api' },
      { alertname: 'C', job: 'a"b\\c' },
      { alertname: 'D' },
      { alertname: 'E', job: 'WEB' },
    ];
    for (const labels of known) await alerts.fire({ ...labels, namespace });
    const written = [
      'job="web"',
      'job=web',
      ' job = "web" ',
      'job!="web"',
      'job=~"web"',
      'job=~"web.*"',
      'job=~web|WEB',
      'job!~"web.*"',
      'job=""',
      'job!=""',
      'job=~".+"',
      'job=~"(?i)web"',
      'job=~"web\\-api"',
      'job=~"(?P<which>web)"',
      'job="a\\"b\\\\c"',
      'nothing=""',
    ];
    for (const text of written) {
      const matchers = [parseMatcher(text, 'a test')];
      const ours = known.filter((labels) => matchesAll(matchers, labels));
      const theirs = await alerts.found([fixed, text]);
      expect([text, ours.map(({ alertname }) => alertname)]).toEqual([text, theirs]);
    }
  });
});
