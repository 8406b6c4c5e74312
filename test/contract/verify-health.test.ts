import { readFile } from 'node:fs/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { serve } from './local-server.ts';
import { runStep } from './run-action.ts';
import {
  application,
  prometheusDouble,
  reportOf,
  verify,
  workspaceWith,
} from './verify-health-fixture.ts';

jest.setTimeout(30_000);

describe('paal/verify-health', () => {
  test('a service that answers as it should is done after its successes', async () => {
    const url = await application(() => ({ status: 'ok', version: '1.2.3' }));
    const step = await verify({
      url,
      version: '1.2.3',
      duration: '1m',
      checks: `
        - http: { url: "{{url}}/health", json: { status: ok, version: "{{version}}" }, successes: 3 }
      `,
    });
    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({ status: 'succeeded', 'failed-check': '' });
    expect(step.errors).toEqual([]);
    expect(step.summary).toContain('## Verification succeeded');
    const report = await reportOf(step);
    expect(report.checks[0]?.measurements).toHaveLength(3);
  });

  test('a service that needs a moment has it', async () => {
    const url = await application((request) => (request < 4 ? 503 : { status: 'ok' }));
    const step = await verify({ url, checks: '- http: { url: "{{url}}", successes: 2 }' });
    expect(step.outputs.status).toBe('succeeded');
    expect(step.log).toContain('bad: expected HTTP 200 to 299, got 503');
  });

  test('a service that flaps fails, with one error that says what was expected and seen', async () => {
    const url = await application((request) => (request % 2 === 0 ? { status: 'ok' } : 503));
    const step = await verify({
      url,
      checks: '- http: { name: health, url: "{{url}}", successes: 3 }',
    });
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'health' });
    expect(step.errors).toHaveLength(1);
    expect(step.errors[0]).toContain('Verification failed. Check "health": never 3 good answers');
    expect(step.errors[0]).toContain('expected HTTP 200 to 299, got 503');
    expect(step.errors[0]).toContain('Look at the log of the application');
  });

  test('a check without successes must stay good, and one that does not fails at once', async () => {
    const good = await application(() => 200);
    const step = await verify({ url: good, checks: '- http: { url: "{{url}}" }' });
    expect(step.outputs.status).toBe('succeeded');
    expect((await reportOf(step)).checks[0]?.measurements.length).toBeGreaterThan(5);

    const breaks = await application((request) => (request < 4 ? 200 : 500));
    const broken = await verify({
      url: breaks,
      duration: '1m',
      checks: '- http: { url: "{{url}}" }',
    });
    expect(broken.outputs.status).toBe('failed');
    expect(broken.errors[0]).toContain('did not stay good; expected HTTP 200 to 299, got 500');
  });

  test('the wrong version fails with the version that answers', async () => {
    const url = await application(() => ({ version: '1.2.2' }));
    const checks = '- http: { url: "{{url}}", json: { version: "{{version}}" }, successes: 1 }';
    const step = await verify({ url, version: '1.2.3', checks });
    expect(step.errors).toEqual([
      expect.stringContaining('version: expected "1.2.3", got "1.2.2"'),
    ]);
    expect(step.log).toContain('{"version":"1.2.2"}');
    expect(step.summary).toContain('{"version":"1.2.2"}');
  });

  test('a service that is too slow fails with the time that it had', async () => {
    const url = await serve(() => {});
    const step = await verify({
      url,
      duration: '0',
      checks: '- http: { url: "{{url}}", timeout: 200ms }',
    });
    expect(step.outputs.status).toBe('failed');
    expect(step.errors[0]).toContain('no answer within 0.2 s');
  });

  test('a value beyond its threshold fails at once, with query, value and threshold', async () => {
    const step = await verify({
      duration: '1m',
      'prometheus-url': await prometheusDouble((query) => (query < 4 ? '0.01' : '0.4')),
      checks: '- prometheus: { name: error rate, query: errors / requests, max: 0.05 }',
    });
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'error rate' });
    expect(step.errors).toHaveLength(1);
    expect(step.errors[0]).toContain('the value 0.4 is beyond the threshold ≤ 0.05');
    expect(step.errors[0]).toContain('(errors / requests at http://127.0.0.1');
    const [check] = (await reportOf(step)).checks;
    expect(check?.measurements).toHaveLength(3);
    expect(check?.measurements[0]).toMatchObject({
      outcome: 'succeeded',
      value: '0.01',
      threshold: '≤ 0.05',
      target: expect.stringContaining('errors / requests'),
    });
  });

  test.each([
    [{}, 1, 'inconclusive'],
    [{ 'on-inconclusive': 'pass' }, 0, 'inconclusive'],
    [{ 'on-error': 'pass' }, 1, 'inconclusive'],
  ])('without data, and with %j, the step exits with %i', async (inputs, exitCode, status) => {
    const step = await verify({
      'prometheus-url': await prometheusDouble(() => undefined),
      checks: '- prometheus: { query: up, min: 1 }',
      ...inputs,
    });
    expect(step.exitCode).toBe(exitCode);
    expect(step.outputs).toMatchObject({ status, 'failed-check': 'up' });
    expect(step.errors).toHaveLength(exitCode);
    expect(step.log).toContain('the result is empty (no-data: inconclusive)');
    expect(step.summary).toContain('## Verification inconclusive');
  });

  test.each([
    [{}, 1],
    [{ 'on-error': 'pass' }, 0],
    [{ 'on-inconclusive': 'pass' }, 1],
  ])('without Prometheus, and with %j, the step exits with %i', async (inputs, exitCode) => {
    const step = await verify({
      'prometheus-url': 'http://127.0.0.1:1',
      checks: '- prometheus: { query: up, min: 1 }',
      ...inputs,
    });
    expect(step.exitCode).toBe(exitCode);
    expect(step.outputs).toMatchObject({ status: 'error', 'failed-check': 'up' });
    expect(step.log).toContain('Prometheus at http://127.0.0.1:1/ does not answer');
  });

  test('a failure is not hidden by a Prometheus that is down', async () => {
    const url = await application(() => 500);
    const step = await verify({
      url,
      'prometheus-url': 'http://127.0.0.1:1',
      'on-error': 'pass',
      checks: '[{ prometheus: { query: up, min: 1 } }, { http: { url: "{{url}}", name: app } }]',
    });
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'app' });
  });

  test('paal.yaml has the checks, its environment comes first, and an input beats both', async () => {
    const url = await application(() => ({ where: 'production', namespace: 'shop' }));
    const workspace = await workspaceWith(`
environments:
  production:
    branch: main
    namespace: shop
    url: ${url}
    verify: { duration: 900ms, interval: 300ms }
verify:
  duration: 10m
  prometheus: ${await prometheusDouble(() => '1')}
  checks:
    - http: { name: app, url: "{{url}}", json: { where: "{{environment}}", namespace: "{{namespace}}" } }
    - prometheus: { name: up, query: up, min: 1 }
`);
    const step = await runStep('verify-health', { workspace, inputs: { interval: '450ms' } });
    expect(step.outputs.status).toBe('succeeded');
    const { checks } = await reportOf(step);
    expect(checks.map(({ name, measurements }) => [name, measurements.length])).toEqual([
      ['app', 3],
      ['up', 3],
    ]);

    const other = await verify(
      { checks: '- http: { url: "{{url}}", status: 201 }' },
      { workspace },
    );
    expect(other.outputs).toMatchObject({ status: 'failed', 'failed-check': `GET ${url}/` });
  });

  test('a branch without an environment is verified by inputs alone', async () => {
    const url = await application(() => 200);
    const inputs = { url, checks: '- http: { url: "{{url}}", successes: 1 }' };
    const step = await verify(inputs, { env: { GITHUB_REF: 'refs/heads/feature/x' } });
    expect(step.outputs.status).toBe('succeeded');
    expect(step.log).toContain('No environment belongs to "refs/heads/feature/x"');
  });

  test('what the service prints is no command to the runner, and no markup', async () => {
    const evil =
      '::set-output name=status::succeeded\n::error::pwned\n##[error]pwned\u001b[31m<img>';
    const url = await serve((_, response) => void response.writeHead(500).end(evil));
    const step = await verify({ duration: '0', url, checks: '- http: { url: "{{url}}" }' });
    expect(step.outputs.status).toBe('failed');
    expect(step.errors).toHaveLength(1);
    expect(step.log).not.toMatch(/^\s*::set-output/m);
    expect(step.log).not.toContain('##[');
    expect(step.log).not.toContain('\u001b');
    expect(step.summary).not.toContain('\u001b');

    const values = await application(() => ({ status: '<img src=x onerror=alert(1)>|`' }));
    const json = await verify({
      duration: '0',
      url: values,
      checks: '- http: { url: "{{url}}", json: { status: ok } }',
    });
    expect(json.summary.replace(/```[\s\S]*?```/g, '')).not.toContain('<img');
  });

  test('secrets in addresses and headers are sent, masked, and shown nowhere', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization} ${request.headers['x-api-key']}`);
      response.writeHead(500).end(`who is letmein99, with ${request.url}?`);
    });
    const step = await verify({
      duration: '0',
      url: `${url.replace('//', '//admin:letmein99@')}/`,
      checks: `
        - http:
            url: "{{url}}/health?token=t0ps3cret"
            headers: { X-Api-Key: k3y-of-k3ys }
      `,
    });
    const basic = `Basic ${Buffer.from('admin:letmein99').toString('base64')}`;
    expect(seen).toEqual([`/health?token=t0ps3cret ${basic} k3y-of-k3ys`]);
    const shown = [
      step.log.replace(/^::add-mask::.*$/gm, ''),
      step.summary,
      JSON.stringify(step.outputs),
      await readFile(step.outputs.report ?? '', 'utf8'),
    ].join('\n');
    for (const secret of ['letmein99', 't0ps3cret', 'k3y-of-k3ys', basic.slice(6)]) {
      expect(shown).not.toContain(secret);
      expect(step.log).toContain(secret === basic.slice(6) ? '' : `::add-mask::${secret}`);
    }
  });

  test('the summary can be left out', async () => {
    const url = await application(() => 200);
    const checks = '- http: { url: "{{url}}", successes: 1 }';
    expect((await verify({ url, checks, summary: 'false' })).summary).toBe('');
  });
});
