import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { diagramsOf, loadMermaid } from '../demo/mermaid.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { serve } from './local-server.ts';
import { application, reportOf, verify } from './verify-health-fixture.ts';

jest.setTimeout(30_000);

/**
 * A double of Prometheus: it has a clock, each query has the value that `valueFor` gives, and each had 0.015
 * in the minute before.
 */
async function prometheus(valueFor: (query: string) => string | undefined): Promise<string> {
  return await serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const query = new URLSearchParams(body).get('query') ?? '';
      const now = Date.now() / 1_000;
      const value = valueFor(query);
      const vector = value === undefined ? [] : [{ metric: {}, value: [now, value] }];
      const values = [60, 40, 20].map((ago) => [now - ago, '0.015']);
      const data = request.url?.endsWith('query_range')
        ? { resultType: 'matrix', result: [{ metric: {}, values }] }
        : query === 'time()'
          ? { resultType: 'scalar', result: [now, String(now)] }
          : { resultType: 'vector', result: vector };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ status: 'success', data }));
    });
  });
}

const SHOP = { app: 'shop', environment: 'production' };

const COMPARED = `
- http: { name: home, url: "http://127.0.0.1:1/", json: { version: "{{version}}" }, report-only: true }
- prometheus: { name: errors, query: errors, max: 0.3, baseline: before, max-increase: ["20%", 0.01] }
`;
const BEFORE = { phase: 'before', duration: '300ms', app: 'shop', checks: COMPARED };
const AFTER = { app: 'shop', version: '1.2.3', checks: COMPARED };

describe('paal/verify-health before a release', () => {
  test('keeps what is compared with, and the step after it compares with that', async () => {
    const before = await verify({ ...BEFORE, 'prometheus-url': await prometheus(() => '0.02') });
    expect(before.errors).toEqual([]);
    expect(before.outputs).toMatchObject({ status: 'succeeded', verified: 'false' });
    expect(before.log).toContain('is not asked before the release: it uses {{version}}');
    expect(before.summary).toContain('| errors | ✅ succeeded |');
    const file = before.outputs.baseline ?? '';
    const kept = JSON.parse(await readFile(file, 'utf8')) as { checks: Record<string, number[]> };
    expect(kept).toMatchObject({ app: 'shop', environment: 'production' });
    expect(new Set(kept.checks['prometheus errors'])).toEqual(new Set([0.02]));

    const good = await verify({
      ...AFTER,
      baseline: file,
      'prometheus-url': await prometheus(() => '0.025'),
    });
    expect(good.outputs).toMatchObject({ status: 'succeeded', baseline: '' });
    expect(good.log).toContain('Compared with what one check kept before the release');
    expect(await reportOf(good)).toMatchObject({ phase: 'after', baseline: kept });

    const bad = await verify({
      ...AFTER,
      baseline: file,
      'prometheus-url': await prometheus(() => '0.2'),
    });
    expect(bad.outputs).toMatchObject({ status: 'failed', 'failed-check': 'errors' });
    expect(bad.errors[0]).toContain('0.02');
  });

  test('leaves it for the later steps of its job, and for no other app', async () => {
    const before = await verify({ ...BEFORE, 'prometheus-url': await prometheus(() => '0.02') });
    const env = { RUNNER_TEMP: before.temp };
    const inputs = { ...AFTER, 'prometheus-url': await prometheus(() => '0.2') };
    expect((await verify(inputs, { env })).outputs.status).toBe('failed');
    const other = await verify({ ...inputs, app: 'other' }, { env });
    expect(other.outputs.status).toBe('inconclusive');
    const file = { baseline: before.outputs.baseline ?? '' };
    const refused = await verify({ ...inputs, ...file, app: 'other' });
    expect(refused.log).toContain('::warning::The baseline is ignored: it is of shop in');
    expect(refused.outputs.status).toBe('inconclusive');
  });

  test('ignores one that is older than a day, and refuses a file that is none', async () => {
    const folder = await temporaryFolder('baseline');
    const file = join(folder, 'baseline.json');
    const taken = new Date(Date.now() - 25 * 3_600_000).toISOString();
    const checks = { 'prometheus errors': [0.02] };
    await writeFile(file, JSON.stringify({ ...SHOP, taken, checks }));
    const inputs = { ...AFTER, 'prometheus-url': await prometheus(() => '0.02') };
    const old = await verify({ ...inputs, baseline: file });
    expect(old.log).toContain('::warning::The baseline is ignored: it was taken 25 h ago');
    expect(old.outputs.status).toBe('inconclusive');
    const none = await verify({ ...inputs, baseline: join(folder, 'none.json') });
    expect(none.errors).toEqual([expect.stringContaining('none.json cannot be read: ENOENT')]);
  });

  test('does not fail for what is bad already, and says so', async () => {
    const url = await prometheus(() => '0.4');
    const step = await verify({ ...BEFORE, 'prometheus-url': url });
    expect(step.exitCode).toBe(0);
    expect(step.outputs.status).toBe('succeeded');
    expect(step.log).toContain(
      '::warning::"errors" is already beyond its threshold before the release',
    );
  });

  test('does not stop a first deployment, and stops one that nobody could watch', async () => {
    const empty = await verify({ ...BEFORE, 'prometheus-url': await prometheus(() => undefined) });
    expect(empty.exitCode).toBe(0);
    expect(empty.outputs.status).toBe('inconclusive');
    expect(empty.log).toContain('::warning::Before the release: 0 checks of 1 kept');
    const down = { ...BEFORE, 'prometheus-url': 'http://127.0.0.1:1/' };
    const step = await verify(down);
    expect(step.exitCode).toBe(1);
    expect(step.outputs.status).toBe('error');
    expect(step.errors).toEqual([expect.stringContaining('"errors" kept nothing: Prometheus at')]);
    expect((await verify({ ...down, 'on-error': 'pass' })).exitCode).toBe(0);
  });

  test('has nothing to do where nothing is compared, whatever of the release is asked for', async () => {
    const step = await verify({
      phase: 'before',
      'on-failure': 'rollback',
      release: '7',
      workloads: 'deployment/web',
      'prometheus-url': 'http://127.0.0.1:1/',
      checks: `
- prometheus: { query: 'up{pod=~"{{pods}}"}', min: 1 }
- http: { url: "http://127.0.0.1:1/{{version}}" }
`,
    });
    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ status: 'succeeded', baseline: '', report: '' });
    expect(step.log).toContain('there is nothing to measure');
  });

  test('takes no duration: auto', async () => {
    const step = await verify({ ...BEFORE, duration: 'auto', 'prometheus-url': 'http://x' });
    expect(step.errors).toEqual([expect.stringContaining('duration is auto')]);
  });
});

describe('the summary of paal/verify-health', () => {
  test('answers the five points, each with its checks, and draws what was measured', async () => {
    const url = await application(() => 200);
    const step = await verify({
      url,
      'prometheus-url': await prometheus((query) => (query === 'errors' ? '0.4' : '0.1')),
      checks: `
- http: { name: home, url: "{{url}}" }
- http: { name: order, url: "{{url}}/order", point: functionality }
- prometheus: { name: lines, query: lines, max: 1, point: logs }
- prometheus: { name: latency, query: latency, max: 0.3 }
- prometheus: { name: errors, query: errors, max: 0.3, report-only: true }
`,
    });
    expect(step.exitCode).toBe(0);
    const lines = step.summary.split('\n').filter((line) => line.startsWith('| '));
    expect(lines.map((line) => line.split(' | ').slice(0, 2).join(' | '))).toEqual(
      expect.arrayContaining([
        '| **Application health checks are passing** | ✅ succeeded',
        '| **Key functionality is working as expected** | ✅ succeeded',
        '| **Monitoring systems show normal operation** | ➖ no check',
        '| **No errors in application logs** | ✅ succeeded',
        '| **Performance metrics are within expected ranges** | ✅ succeeded',
        '| &emsp;errors (report-only) | ❌ failed',
      ]),
    );
    expect(step.log).toContain('No errors in application logs                   succeeded  lines');
    expect(step.log).toContain('latency, errors (report-only: failed)');
    expect(await reportOf(step)).toMatchObject({
      status: 'succeeded',
      points: [
        { point: 'health', verdict: 'succeeded', checks: ['home'] },
        { point: 'functionality', verdict: 'succeeded', checks: ['order'] },
        { point: 'monitoring', verdict: 'no check', checks: [] },
        { point: 'logs', verdict: 'succeeded', checks: ['lines'] },
        { point: 'performance', verdict: 'succeeded', checks: ['latency', 'errors'] },
      ],
    });
    const diagrams = diagramsOf(step.summary);
    // The three queries, and the times that the two endpoints took.
    expect(diagrams).toHaveLength(5);
    expect(diagrams[0]).toMatch(/line \[0\.015, .*, 0\.4\]\n {2}line \[0\.3, 0\.3\]$/);
    const mermaid = await loadMermaid();
    for (const diagram of diagrams) {
      expect(await mermaid.parse(diagram)).toMatchObject({ diagramType: 'xychart' });
    }
  });

  test('waits for no history longer than three seconds, and does without it', async () => {
    const url = await serve((request, response) => {
      if (request.url?.endsWith('query_range')) return;
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const data = body.includes('time%28%29')
          ? { resultType: 'scalar', result: [1, '1'] }
          : { resultType: 'vector', result: [{ metric: {}, value: [1, '0.1'] }] };
        response.end(JSON.stringify({ status: 'success', data }));
      });
    });
    const begin = performance.now();
    const checks = '- prometheus: { name: errors, query: errors, max: 0.3 }';
    const step = await verify({ 'prometheus-url': url, checks });
    expect(performance.now() - begin).toBeLessThan(9_000);
    expect(step.exitCode).toBe(0);
    expect(diagramsOf(step.summary)).toHaveLength(1);
  });
});

describe('duration: auto of paal/verify-health', () => {
  test('is at least 30 s, and says why', async () => {
    const checks = '- http: { name: home, url: "{{url}}", successes: 2 }';
    const step = await verify({ url: await application(() => 200), duration: 'auto', checks });
    expect(step.outputs.status).toBe('succeeded');
    expect(step.log).toContain('duration: auto is 30 s, because no check says');
    expect(await reportOf(step)).toMatchObject({ 'duration-ms': 30_000 });
  });
});
