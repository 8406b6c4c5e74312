import { describe, expect } from '@jest/globals';
import type { StepOptions } from '../contract/run-action.ts';
import { playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  flightRecordOf,
  ledger,
  reportOf,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** Lines that a container prints to make a fool of the runner, or of who reads its log. */
const HOSTILE = [
  '::error title=pwned::all is lost',
  '  ::add-mask::web',
  '::set-output name=status::succeeded',
  '::stop-commands::endtoken',
  '##[error]all is lost',
  'a\r::warning::after a carriage return',
  '\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '<script>alert(1)</script> </details> <img src=x onerror=alert(1)>',
  '``` \n# a heading of the attacker',
  'cloning https://deploy:hunter2-of-the-user@git.example/shop.git',
  'using ghp_0123456789abcdefghijABCDEFGHIJ012345',
].join('\n');
const SECRETS = ['hunter2-of-the-user', 'ghp_0123456789abcdefghijABCDEFGHIJ012345'];

describe('paal/k8s-rollout', () => {
  realNodeTest('makes hostile text in the log of a container harmless (trap 30)', async () => {
    const ground = await playground('hostile');
    const crashing = web({ image: image.v1, env: { LOG: HOSTILE, EXIT_CODE: '1' } });
    const step = await applyManifest(ground, [crashing]);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'CrashLoop' });
    // It is there to be read …
    for (const text of [step.log, step.summary]) expect(text).toContain('all is lost');
    // … and the runner finds in it nothing but our own commands.
    const commands = step.log.split('\n').filter((line) => /^\s*::|##\[/.test(line));
    const names = commands.map((line) => /^::([a-z]+)/.exec(line)?.[1] ?? line);
    expect([...new Set(names)].sort()).toEqual(['debug', 'endgroup', 'error', 'group']);
    expect(step.errors).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(step.log + step.summary).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);

    const outsideOfBlocks = step.summary.replace(/^(`{3,})text\n[\s\S]*?^\1$/gm, '');
    expect(outsideOfBlocks).not.toMatch(/<script|<img|a heading of the attacker/);
    const report = JSON.stringify(await reportOf(step));
    const record = (await flightRecordOf(step)).join('\n');
    for (const text of [step.log, step.summary, report, record]) {
      for (const secret of SECRETS) expect(text).not.toContain(secret);
    }
  });

  realNodeTest('that is cancelled reports what it knows, and ends in time (trap 28)', async () => {
    const ground = await playground('cancelled');
    expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
    let cancelled: number | undefined;
    const stuck = web({ image: image.v2, env: { NEVER_READY: '1' } });
    const onLog: StepOptions['onLog'] = (log, kill) => {
      if (cancelled !== undefined || !log.includes('1 of 1 updated')) return;
      cancelled = performance.now();
      kill('SIGINT');
    };
    const step = await applyManifest(ground, [stuck], {}, { onLog });
    const seconds = (performance.now() - (cancelled ?? 0)) / 1_000;
    expect(seconds).toBeLessThan(7);
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({
      status: 'cancelled',
      changed: 'true',
      revision: '2',
      'previous-revision': '1',
      'rolled-back': 'not-attempted',
      release: '2',
    });
    expect(step.errors).toEqual([expect.stringContaining('The run was cancelled.')]);
    expect(step.summary).toMatch(/^## ⚠️ Release 2 was cancelled\n/);
    expect(step.summary).toContain('<code>deployment/web</code>');
    expect(await reportOf(step)).toMatchObject({ status: 'cancelled', release: 2 });
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'interrupted' });
  });
});
