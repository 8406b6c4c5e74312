import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type GrafanaDouble, startGrafanaDouble } from '../grafana/grafana-double.ts';
import type { StepOptions, StepResult } from './run-action.ts';
import { application, verify, workspaceWith } from './verify-health-fixture.ts';

jest.setTimeout(30_000);

let grafana: GrafanaDouble;
beforeEach(async () => {
  grafana = await startGrafanaDouble();
});
afterEach(async () => await grafana.stop());

interface Run extends Omit<StepOptions, 'inputs' | 'workspace'> {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly answer?: number;
  /** What is written below `verify.grafana`, beside its address. */
  readonly more?: object;
  readonly grafanaUrl?: string;
}

async function run({ inputs = {}, answer = 200, more = {}, grafanaUrl, ...options }: Run = {}) {
  const url = await application(() => answer);
  const config = {
    app: 'shop',
    environments: { staging: { url, branch: 'main' } },
    verify: {
      grafana: { url: grafanaUrl ?? grafana.url, ...more },
      checks: [{ http: { url: '{{url}}' } }],
    },
  };
  const workspace = await workspaceWith(JSON.stringify(config));
  const given = { 'grafana-token': grafana.token, version: '1.4.2', ...inputs };
  return await verify(given, { ...options, workspace });
}

/** Runs the step until its first measurement, and ends it so. */
async function stopped(signal: NodeJS.Signals): Promise<StepResult> {
  let sent = false;
  return await run({
    inputs: { duration: '10m', interval: '5m' },
    onLog: (log, kill) => {
      if (sent || !log.includes('good: HTTP 200')) return;
      sent = true;
      kill(signal);
    },
  });
}

describe('a verification, in Grafana,', () => {
  test('is a region from its start to its verdict, with what was verified and by which run', async () => {
    const begin = Date.now();
    const step = await run({ more: { tags: ['releases'], 'dashboard-uid': 'shop-overview' } });
    expect(step.errors).toEqual([]);
    expect(grafana.annotations).toHaveLength(1);
    const [annotation] = grafana.annotations;
    expect(annotation).toMatchObject({
      dashboardUID: 'shop-overview',
      tags: ['releases', 'paal', 'app:shop', 'environment:staging', 'succeeded'],
    });
    expect(annotation?.text).toMatch(
      /^shop 1\.4\.2 in staging\n<a href="https:\/\/github\.com\/paal\/shop\/actions\/runs\/42">run<\/a>\nVerification succeeded\. 1 check, .* measurements, /,
    );
    const { time = 0, timeEnd = 0 } = annotation ?? {};
    expect(time).toBeGreaterThanOrEqual(begin);
    expect(timeEnd - time).toBeGreaterThanOrEqual(1_000);
    expect(timeEnd).toBeLessThanOrEqual(Date.now());
    expect(grafana.requests).toEqual(['POST /api/annotations', 'PATCH /api/annotations/1']);
  });

  test('that failed says so, and why', async () => {
    const step = await run({ answer: 503, inputs: { duration: '0' } });
    expect(step.exitCode).toBe(1);
    expect(grafana.annotations[0]?.tags).toContain('failed');
    expect(grafana.annotations[0]?.text).toContain('Verification failed. Check ');
    expect(grafana.annotations[0]?.text).toContain('got 503');
  });

  test('ends once, and the post step is quiet', async () => {
    const step = await run();
    const post = await step.post();
    expect(post.log).toBe('');
    expect(post.exitCode).toBe(0);
    expect(grafana.requests).toHaveLength(2);
  });

  test('that was cancelled ends at once', async () => {
    const step = await stopped('SIGINT');
    expect(step.exitCode).toBe(1);
    expect(grafana.annotations[0]?.tags).toContain('cancelled');
    expect(grafana.annotations[0]?.text).toContain('Verification cancelled after ');
  });

  test('that was killed is ended by the post step', async () => {
    const step = await stopped('SIGKILL');
    expect(grafana.annotations[0]?.tags).not.toContain('cancelled');
    const post = await step.post();
    expect(post.exitCode).toBe(0);
    const [annotation] = grafana.annotations;
    expect(annotation?.text).toMatch(/\nThe run ended before the verification did\.$/);
    expect(annotation?.tags).toContain('cancelled');
    expect((annotation?.timeEnd ?? 0) > (annotation?.time ?? 0)).toBe(true);
    expect((await (await step.post()).log).includes('annotation')).toBe(false);
  });

  test('goes on as the one that an earlier step of the job has begun', async () => {
    const { temp } = await stopped('SIGKILL');
    const step = await run({ env: { RUNNER_TEMP: temp } });
    expect(step.outputs.status).toBe('succeeded');
    expect(grafana.annotations).toHaveLength(1);
    expect(grafana.annotations[0]?.tags).toContain('succeeded');
  });

  test('never shows the token, and leaves none behind', async () => {
    const step = await stopped('SIGKILL');
    const masked = step.log.replaceAll(`::add-mask::${grafana.token}`, '');
    expect(masked).not.toContain(grafana.token);
    const file = join(step.temp, 'paal-verify-shop-staging.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain(grafana.token);
    expect(await readdir(step.temp)).not.toContain('paal-verify-shop-staging.json.new');
  });
});

describe('a Grafana that shows nothing', () => {
  test('is a warning, and no verdict, where it does not answer', async () => {
    const step = await run({ grafanaUrl: 'http://127.0.0.1:9' });
    expect(step.outputs.status).toBe('succeeded');
    expect(step.log).toContain(
      '::warning::Grafana shows nothing of this: Grafana at http://127.0.0.1:9/ does not answer: connection refused.',
    );
  });

  test('is a warning where it refuses the token, with what the token needs', async () => {
    const step = await run({ inputs: { 'grafana-token': 'glsa_of_another' } });
    expect(step.outputs.status).toBe('succeeded');
    expect(step.log).toMatch(
      /::warning::Grafana shows nothing of this: .* refuses the annotation \(HTTP 401: Unauthorized; the token needs the permissions annotations:create and annotations:write\)/,
    );
  });

  test('is a warning where it goes in between', async () => {
    const step = await run({
      inputs: { duration: '3s' },
      onLog: (log) => {
        if (log.includes('good: HTTP 200')) void grafana.stop();
      },
    });
    expect(step.outputs.status).toBe('succeeded');
    expect(step.log).toContain('::warning::Grafana does not show how it ended: ');
  });

  test('is a warning without a token', async () => {
    const step = await run({ inputs: { 'grafana-token': '' } });
    expect(step.outputs.status).toBe('succeeded');
    expect(step.log).toMatch(/^::warning::Grafana shows .* the input "grafana-token" is not\.$/m);
    expect(grafana.requests).toEqual([]);
  });
});
