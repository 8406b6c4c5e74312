import { describe, expect, jest, test } from '@jest/globals';
import { application, reportOf, verify } from './verify-health-fixture.ts';

jest.setTimeout(30_000);

describe('paal/verify-health that is stopped', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it at once, with outputs, summary and report, and nothing proven',
    async (signal) => {
      const url = await application(() => 200);
      const begin = performance.now();
      let killed = false;
      const step = await verify(
        {
          url,
          duration: '10m',
          interval: '5m',
          'on-inconclusive': 'pass',
          checks: '- http: { url: "{{url}}" }',
        },
        {
          onLog: (log, kill) => {
            if (killed || !log.includes('good: HTTP 200')) return;
            killed = true;
            kill(signal);
          },
        },
      );
      expect(performance.now() - begin).toBeLessThan(10_000);
      expect(step.exitCode).toBe(1);
      expect(step.errors).toEqual([
        expect.stringMatching(/^Verification cancelled after .*nothing is proven/),
      ]);
      expect(step.outputs.status).toBe('inconclusive');
      expect(step.summary).toContain('## Verification cancelled');
      expect((await reportOf(step)).checks[0]?.measurements).toHaveLength(1);
    },
  );

  test('a run that is killed has a report, which the post step completes', async () => {
    const url = await application(() => 200);
    const inputs = { duration: '10m', interval: '5m', checks: '- http: { url: "{{url}}" }' };
    const step = await verify(
      { url, ...inputs },
      { onLog: (log, kill) => log.includes('good: HTTP 200') && kill('SIGKILL') },
    );
    expect(step.exitCode).toBeNull();
    const post = await step.post();
    expect(post.exitCode).toBe(0);
    const verdict = 'The run was killed while it measured.';
    expect(await reportOf(step)).toMatchObject({ status: 'cancelled', verdict });
    expect(post.summary).toContain(`## ⚠️ The verification was killed\n\n**${verdict}**`);
    expect(post.log).toContain(`::warning::${verdict} Nothing was changed`);
  });
});
