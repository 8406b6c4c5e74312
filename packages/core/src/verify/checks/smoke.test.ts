import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../clock.ts';
import { checkSchema } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Observation } from '../check.ts';
import { createChecks } from '../plan.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { smokeProbe } from './smoke.ts';

const NEVER = new AbortController().signal;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paal-smoke-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function surroundings(): Surroundings {
  return {
    variables: {
      url: 'https://shop.example',
      version: '1.2.3',
      namespace: 'shop',
      environment: 'production',
      app: undefined,
      release: undefined,
    },
    servers: { prometheus: undefined, alertmanager: undefined, elasticsearch: undefined },
    live: undefined,
    before: () => undefined,
    clock: systemClock,
    workspace: folder,
  };
}

function probeOf(run: string, more: object = {}): Probe {
  const config = checkSchema.parse({ smoke: { run, ...more } }).smoke;
  if (!config) throw new Error('no smoke check');
  return smokeProbe(config, surroundings());
}

async function ask(run: string, more: object = {}): Promise<Observation> {
  return await probeOf(run, more).measure(NEVER);
}

/** Whether a process is there that is no zombie. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return status !== undefined && !/\) [ZX] /.test(status);
}

/** The number in a file, once it is there. */
async function numberIn(file: string): Promise<number> {
  for (;;) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => '');
    if (/^\d+\n$/.test(text)) return Number(text);
    await delay(20);
  }
}

describe('a smoke test', () => {
  test('runs as a step does: with what is verified, and it stops at the first bad command', async () => {
    const script = '[ "$PAAL_URL $PAAL_VERSION $PAAL_ENVIRONMENT $PAAL_NAMESPACE" = "$EXPECTED" ]';
    const env = { EXPECTED: 'https://shop.example 1.2.3 production shop' };
    expect(await ask(script, { env })).toMatchObject({
      outcome: 'succeeded',
      value: 'exit code 0',
    });
    expect((await ask('false\ntrue')).outcome).toBe('failed');
    expect((await ask('false | true')).outcome).toBe('failed');
  });

  test('has none of the inputs of the action', async () => {
    process.env.INPUT_CHECKS = 'secret';
    process.env.ACTIONS_RUNTIME_TOKEN = 'secret';
    try {
      const seen = await ask('env; exit 3');
      expect(seen.excerpt).not.toContain('secret');
      expect(seen.excerpt).toContain('PAAL_VERSION=1.2.3');
    } finally {
      delete process.env.INPUT_CHECKS;
      delete process.env.ACTIONS_RUNTIME_TOKEN;
    }
  });

  test('that fails shows the last forty lines of both streams', async () => {
    const seen = await ask('for n in $(seq 100); do echo "line $n"; done; echo oh >&2; exit 4');
    expect(seen).toMatchObject({ outcome: 'failed', value: 'exit code 4', retry: false });
    expect(seen.excerpt?.split('\n')).toHaveLength(40);
    expect(seen.excerpt).toContain('oh');
    expect(seen.excerpt).not.toContain('line 60\n');
  });

  test('whose command is not there is an error, and not asked again', async () => {
    const seen = await ask('no-such-command --x');
    expect(seen).toMatchObject({ outcome: 'error', retry: false, value: 'exit code 127' });
    expect(seen.message).toContain('no-such-command: command not found');
  });

  test('that is killed from outside is an error', async () => {
    expect((await ask('kill -KILL $$')).outcome).toBe('error');
  });

  test('runs in its folder, which is looked for before anything is asked', async () => {
    expect((await ask('[ "$PWD" = "/" ]', { 'working-directory': '/' })).outcome).toBe('succeeded');
    const nowhere = probeOf('true', { 'working-directory': 'nowhere' });
    await expect(nowhere.prepare?.(NEVER)).rejects.toThrow(UserError);
    await expect(probeOf('true').prepare?.(NEVER)).resolves.toEqual([]);
  });

  test('is run once, unless the check says how often', () => {
    const policy = (more: object) => {
      const [check] = createChecks(
        [checkSchema.parse({ smoke: { run: 'true', ...more } })],
        surroundings(),
      );
      return [check?.successes, check?.failureLimit];
    };
    expect(policy({})).toEqual([1, 0]);
    expect(policy({ successes: 3 })).toEqual([3, 0]);
    expect(policy({ interval: '10s' })).toEqual([undefined, 0]);
  });
});

describe('nothing is left of a smoke test', () => {
  test('that has ended, and left something behind', async () => {
    const begin = performance.now();
    const seen = await ask('sleep 600 & echo $! > left.pid; exit 1');
    expect(seen.outcome).toBe('failed');
    expect(await isAlive(await numberIn('left.pid'))).toBe(false);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });

  test('that takes longer than its time, its children included', async () => {
    const seen = await ask('sleep 600 & echo $! > late.pid; wait', { timeout: '300ms' });
    expect(seen).toMatchObject({ outcome: 'failed' });
    expect(seen.message).toContain('did not end within');
    expect(await isAlive(await numberIn('late.pid'))).toBe(false);
  });

  test('that was cancelled, its children included', async () => {
    const controller = new AbortController();
    const measuring = probeOf('sleep 600 & echo $! > cancelled.pid; wait').measure(
      controller.signal,
    );
    const child = await numberIn('cancelled.pid');
    controller.abort(new Error('cancelled'));
    await expect(measuring).rejects.toThrow('cancelled');
    expect(await isAlive(child)).toBe(false);
  });

  test('that does not listen to SIGTERM, 5 s later', async () => {
    const script =
      "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo $! > deaf.pid; while :; do sleep 0.1; done";
    const begin = performance.now();
    const seen = await ask(script, { timeout: '200ms' });
    expect(seen.outcome).toBe('failed');
    expect(await isAlive(await numberIn('deaf.pid'))).toBe(false);
    expect(performance.now() - begin).toBeGreaterThan(4_900);
    expect(performance.now() - begin).toBeLessThan(9_000);
  }, 20_000);
});
