import { beforeAll, describe, expect, test } from '@jest/globals';
import { imageTag } from '../../actions/setup/src/outputs.ts';
import { parseConfig } from '../../packages/core/src/config/parse.ts';
import { configSchema } from '../../packages/core/src/config/schema.ts';
import { processBlock, readText, readYaml } from './repository-files.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly name?: string;
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

type WorkflowInputs = Readonly<Record<string, { readonly default?: unknown }>>;

interface Workflow {
  readonly on?: { readonly workflow_call?: { readonly inputs?: WorkflowInputs } };
  readonly jobs: Readonly<Record<string, Job>>;
}

/** deviations.yaml, which explains it. */
interface Differences {
  readonly 'deploy-steps': Readonly<Record<string, string>>;
  readonly 'more-jobs': Readonly<Record<string, string>>;
  readonly 'more-steps': Readonly<Record<string, string>>;
  readonly deviations: readonly {
    readonly why: string;
    readonly at: readonly string[];
    readonly process?: unknown;
    readonly ours?: unknown;
  }[];
}

/** As workflows write it. */
function expression(text: string): string {
  return `\${{ ${text} }}`;
}

/** An action without its version. */
function withoutVersion(uses: string): string {
  return uses.replace(/@.*$/, '');
}

function titleOf(step: Step): string {
  return step.name ?? withoutVersion(step.uses ?? '');
}

/** `a / b / c` → value for every leaf; versions of actions left out, since ours are pinned. */
function leaves(
  value: unknown,
  path: readonly string[] = [],
): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const plain = path.at(-1) === 'uses' ? withoutVersion(String(value)) : value;
    return [[path.join(' / '), plain]];
  }
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** What differs between the two: path → both values. */
function differences(theirs: unknown, ours: unknown, ...path: readonly string[]) {
  const [before, after] = [new Map(leaves(theirs, path)), new Map(leaves(ours, path))];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((at) => ({ at, process: before.get(at), ours: after.get(at) }))
    .filter((one) => JSON.stringify(one.process) !== JSON.stringify(one.ours));
}

describe('the workflows', () => {
  let theirs: Workflow;
  let ours: Workflow;
  let jobs: Readonly<Record<string, Job>>;
  let meant: Differences;
  let deployInputs: WorkflowInputs;
  beforeAll(async () => {
    theirs = await processBlock<Workflow>('GitHub Actions Workflow');
    ours = await readYaml<Workflow>('workflows/ci-cd.yml');
    meant = await readYaml<Differences>('test/docs/deviations.yaml');
    const deploy = await readYaml<Workflow>('workflows/deploy.yml');
    jobs = { ...ours.jobs, ...deploy.jobs };
    deployInputs = deploy.on?.workflow_call?.inputs ?? {};
  });

  function stepsOf(job: string): readonly string[] {
    return (jobs[job]?.steps ?? []).map((step) => `${job} / ${titleOf(step)}`);
  }

  /** Where a step of the process is done. */
  function counterpart(job: string, step: Step): string {
    const title = titleOf(step).replace(/^Setup Node.js$/, 'Set up Node.js');
    return job.startsWith('deploy-')
      ? (meant['deploy-steps'][titleOf(step)] ?? '')
      : `${job} / ${title}`;
  }

  function ourStep(place: string): Step | undefined {
    const job = place.split(' / ')[0] ?? '';
    return jobs[job]?.steps?.find((step) => `${job} / ${titleOf(step)}` === place);
  }

  test('differ from the process only where it is said why', () => {
    const { jobs: theirJobs, ...theirTop } = theirs;
    const { jobs: _, ...ourTop } = ours;
    const found = [...differences(theirTop, ourTop)];
    for (const [name, { steps = [], ...job }] of Object.entries(theirJobs)) {
      const { steps: __, ...ourJob } = ours.jobs[name] ?? {};
      found.push(...differences(job, ourJob, name));
      for (const step of steps) {
        const mine = ourStep(counterpart(name, step));
        found.push(...differences(step, mine ?? {}, name, titleOf(step)));
      }
    }
    const explained = meant.deviations.flatMap(({ at, process: before, ours: after }) =>
      at.map((one) => ({ at: one, process: before, ours: after })),
    );
    const byPlace = (a: { at: string }, b: { at: string }): number => (a.at < b.at ? -1 : 1);
    expect(found.sort(byPlace)).toEqual(explained.sort(byPlace));
    expect(meant.deviations.filter(({ why }) => !why)).toEqual([]);
  });

  test('have no further jobs and steps but those that are explained', () => {
    const theirSteps = Object.entries(theirs.jobs).flatMap(([name, { steps = [] }]) =>
      steps.map((step) => counterpart(name, step)),
    );
    const more = Object.keys(jobs)
      .flatMap(stepsOf)
      .filter((step) => !theirSteps.includes(step));
    expect(more).toEqual(Object.keys(meant['more-steps']));
    const moreJobs = Object.keys(ours.jobs).filter((name) => !(name in theirs.jobs));
    expect(moreJobs).toEqual(Object.keys(meant['more-jobs']));
  });

  test("keep the process's steps in their order", () => {
    const order = ['build', 'test', 'images', 'deploy'].flatMap(stepsOf);
    for (const [name, { steps = [] }] of Object.entries(theirs.jobs)) {
      const places = steps.map((step) => order.indexOf(counterpart(name, step)));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(places).not.toContain(-1);
    }
    expect(ours.jobs.images?.needs).toBe('test');
  });

  test('migrate before the code is deployed, and verify after it, as the procedures do', () => {
    const order = ['Set up', 'Migrate the database', 'Roll out', 'Verify'];
    const steps = stepsOf('deploy').filter((step) =>
      order.some((one) => step.endsWith(`/ ${one}`)),
    );
    expect(steps).toEqual(order.map((one) => `deploy / ${one}`));
  });

  test('roll back a release that is verified to be bad, as the procedures do', () => {
    const verify = ourStep('deploy / Verify');
    expect(verify?.with).toMatchObject({
      release: expression('steps.rollout.outputs.release'),
      'on-failure': expression('inputs.on-failure'),
    });
    expect(deployInputs['on-failure']?.default).toBe('rollback');
  });

  test('deploy what the process deploys, and more', async () => {
    const config = parseConfig(await readText('examples/paal.yaml'), 'paal.yaml', configSchema);
    const workloads = new Map(config.workloads?.map((one) => [one.deployment, one.images]));
    for (const environment of ['staging', 'production']) {
      const name = `deploy-${environment}`;
      const script = String(theirs.jobs[name]?.steps?.at(-1)?.with?.script);
      const [, deployment = '', container = '', image = '', tag = ''] =
        /^kubectl set image deployment\/(\S+) (\S+)=([^:]+):(.+)$/m.exec(script) ?? [];
      expect(workloads.get(deployment)?.[container]).toBe(image);
      expect(ours.jobs[name]?.with?.images).toContain(`${container}=`);
      expect(imageTag(environment, expression('github.sha'))).toBe(tag);
    }
  });

  test('deploy every environment in the same way', () => {
    const rest = ['development', 'staging', 'production'].map((environment) => {
      const { name: _, if: __, ...job } = ours.jobs[`deploy-${environment}`] ?? {};
      expect(job.with?.environment).toBe(environment);
      return { ...job, with: { ...job.with, environment: '' } };
    });
    expect(rest[0]).toEqual(rest[1]);
    expect(rest[1]).toEqual(rest[2]);
    expect(jobs.deploy?.environment).toBe(expression('inputs.environment'));
  });

  test.each(['workflows/ci-cd.yml', 'workflows/deploy.yml', '.github/workflows/ci.yml'])(
    '%s pins third parties by commit, with the version beside it',
    async (file) => {
      const uses = [...(await readText(file)).matchAll(/uses: (.+)$/gm)].map(
        ([, text]) => text ?? '',
      );
      const wrong = uses.filter(
        (text) =>
          !/^paal\/.+@v1$/.test(text) && !/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(text),
      );
      expect(uses.length).toBeGreaterThan(4);
      expect(wrong).toEqual([]);
    },
  );
});
