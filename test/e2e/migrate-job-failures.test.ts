import { describe, expect } from '@jest/globals';
import type { PodSource } from '@paal/core/migrate/drivers/job/options';
import { realNodeTest } from './fixture.ts';
import {
  evict,
  type JobGround,
  type JobStep,
  jobGround,
  nodeImage,
  printing,
} from './migrate-job-fixture.ts';
import { until } from './until.ts';

const image = nodeImage();

const A = '20240101000000-a.mjs';
const B = '20240102000000-b.mjs';
const C = '20240103000000-c.mjs';

const GOOD = { [A]: printing('one') };

/** A Job's manifest whose pod has this, beside the image. */
function template(spec: object): PodSource {
  const containers = [{ name: 'app', image: image() }];
  return {
    kind: 'template',
    image: undefined,
    job: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate' },
      spec: { template: { spec: { containers, ...spec } } },
    },
  };
}

/** The message of a step that came to no migration, after which nothing of it is there. */
async function nothingRun({ jobs, pods }: JobGround, { outcome }: JobStep): Promise<string> {
  const { result, exitCode, failure } = await outcome;
  expect({ result, exitCode }).toEqual({ result: undefined, exitCode: undefined });
  expect(failure?.message).toMatch(/No migration was run; the job\/\S+ was deleted\.$/);
  await until('Job and pods are gone', async () =>
    [...(await jobs()), ...(await pods())].length === 0 ? true : undefined,
  );
  return `${failure?.failureReason}: ${failure?.message}`;
}

describe('a migration that fails as a Job', () => {
  realNodeTest('fails the step with its file and line, and is not tried again', async () => {
    const { begin, pods } = await jobGround('job-throws', image(), {
      [A]: printing('one'),
      [B]: `export async function up({ print }) {
  print('two');
  throw new Error('no such index');
}
`,
      [C]: printing('three'),
    });
    const { outcome, lines } = await begin();
    const { result, exitCode, failure } = await outcome;
    expect(exitCode).toBe(1);
    expect(failure?.message).toBe(`The migration ${B} failed: no such index`);
    expect(failure?.position).toEqual({ file: `migrations/${B}`, line: 3 });
    expect(result).toMatchObject({ status: 'failed', appliedCount: 1 });
    expect(lines).toContain('two');
    expect(lines).not.toContain('three');
    expect(await pods()).toHaveLength(1);
  });

  realNodeTest('for want of memory is said so, with what was said last', async () => {
    const memory = { limits: { memory: '64Mi' } };
    const { begin } = await jobGround('job-oom', image(), {
      [A]: `export async function up({ print, delay }) {
  print('eats'); await delay(500);
  const all = []; for (;;) all.push(Buffer.alloc(10_000_000, 1));
}`,
    });
    const containers = [{ name: 'app', image: image(), resources: memory }];
    const { outcome } = await begin({ pod: template({ containers }) });
    const { exitCode, failure } = await outcome;
    expect(exitCode).toBe(137);
    expect(failure?.message).toMatch(
      /more memory than its limit.*The database may have been changed.*eats$/,
    );
    expect(failure?.failureReason).toBe('OOMKilled');
  });

  realNodeTest('after the time that it was given is stopped, and what it did is told', async () => {
    const { begin } = await jobGround('job-deadline', image(), {
      [A]: printing('one', 8_000),
      [B]: printing('two'),
    });
    const { outcome } = await begin({ timeout: 4_000 });
    const { result, exitCode, failure } = await outcome;
    expect(exitCode).toBe(143);
    expect(failure?.message).toMatch(/longer than 4 s .*job-timeout.*Stopped by SIGTERM before/);
    expect(result?.appliedCount).toBe(1);
  });
});

describe('a Job that cannot begin', () => {
  realNodeTest('because its image does not exist is named within seconds', async () => {
    const ground = await jobGround('job-image', image(), GOOD);
    const missing = image().replace(/:[^:]*$/, ':missing');
    const begin = performance.now();
    const step = await ground.begin({ pod: { kind: 'image', image: missing } });
    const said = await nothingRun(ground, step);
    expect(said).toMatch(
      /^ImageNotFound: The image \S+:missing of container migrate does not exist/,
    );
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(step.lines.join('\n')).toMatch(/Warnings\n {2}Failed pod\//);
  });

  realNodeTest('because its Secret has no such key is told before anything is made', async () => {
    const { begin, jobs } = await jobGround('job-key', image(), GOOD);
    const uri = { kind: 'secret', name: 'db', key: 'url' } as const;
    await expect((await begin({ uri })).outcome).rejects.toThrow(
      /the Secret db in namespace \S+ has no key url \(it has uri\); nothing was run/,
    );
    const none = { kind: 'secret', name: 'database', key: 'uri' } as const;
    await expect((await begin({ uri: none })).outcome).rejects.toThrow(
      /there is no Secret database in namespace/,
    );
    expect(await jobs()).toEqual([]);
  });

  realNodeTest('because its template needs a Secret that is not there is named', async () => {
    const ground = await jobGround('job-secret', image(), GOOD);
    const envFrom = [{ secretRef: { name: 'absent' } }];
    const containers = [{ name: 'app', image: image(), envFrom }];
    const said = await nothingRun(ground, await ground.begin({ pod: template({ containers }) }));
    expect(said).toMatch(/^SecretNotFound: The Secret absent, which container app needs/);
  });

  realNodeTest('because of a quota is named, with the quota', async () => {
    const ground = await jobGround('job-quota', image(), GOOD);
    await ground.ground.kubectl('create', 'quota', 'none', '--hard=pods=0');
    const said = await nothingRun(ground, await ground.begin());
    expect(said).toMatch(/^FailedCreate: Pods cannot be created: .*exceeded quota: none/);
  });

  realNodeTest('because no node takes it is named', async () => {
    const ground = await jobGround('job-node', image(), GOOD);
    const pod = template({ nodeSelector: { disk: 'none-like-this' } });
    const said = await nothingRun(ground, await ground.begin({ pod }));
    expect(said).toMatch(/^Unschedulable: No node takes the pod/);
  });

  realNodeTest('because its image has no Node.js is named', async () => {
    const { begin } = await jobGround('job-no-node', image(), GOOD);
    const env = [{ name: 'PATH', value: '/nowhere' }];
    const containers = [{ name: 'app', image: image(), env }];
    const { failure } = await (await begin({ pod: template({ containers }) })).outcome;
    expect(failure?.message).toMatch(
      /could not be started .*nothing was run\. Does the image have Node\.js/,
    );
  });
});

describe('a Job that somebody else ends', () => {
  realNodeTest('by deleting it is said so, with what the runner still told', async () => {
    const { begin, job, says, ground } = await jobGround('job-deleted', image(), {
      [A]: printing('one', 3_000),
      [B]: printing('two'),
    });
    const step = await begin();
    await says(step, 'one');
    await ground.kubectl('delete', 'job', (await job()).metadata.name, '--wait=false');
    const { exitCode, failure, result } = await step.outcome;
    expect(exitCode).toBe(143);
    expect(failure?.message).toMatch(
      /was deleted by somebody else, after the migrations had begun\. Stopped by SIGTERM before 20240102/,
    );
    expect(result?.appliedCount).toBe(1);
  });

  realNodeTest(
    'by evicting its pod goes on in another pod, and its end is the one told',
    async () => {
      const { begin, pods, says, ground } = await jobGround('job-evicted', image(), {
        [A]: printing('one', 4_000),
        [B]: printing('two'),
      });
      const step = await begin();
      await says(step, 'one');
      const [pod] = await pods();
      await evict(ground, pod?.metadata.name ?? '');
      const { exitCode, failure } = await step.outcome;
      expect({ exitCode, failure }).toEqual({ exitCode: 0, failure: undefined });
      expect(step.lines).toContainEqual(expect.stringMatching(/^The pod \S+ goes on with it$/));
      expect(step.lines.filter((line) => line === 'two')).toHaveLength(1);
    },
  );

  realNodeTest('by deleting its pod is no reason to begin anew', async () => {
    const { begin, pods, says, ground } = await jobGround('job-pod-deleted', image(), {
      [A]: printing('one', 3_000),
      [B]: printing('two'),
    });
    const step = await begin();
    await says(step, 'one');
    const [pod] = await pods();
    await ground.kubectl('delete', 'pod', pod?.metadata.name ?? '', '--wait=false');
    const { exitCode, failure } = await step.outcome;
    expect(exitCode).toBe(143);
    expect(failure?.message).toMatch(/Stopped by SIGTERM before/);
    expect(step.lines).not.toContain('two');
  });
});
