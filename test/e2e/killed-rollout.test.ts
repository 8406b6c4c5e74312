import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import {
  after,
  expectCompleted,
  expectHistory,
  expectNoChange,
  expectNoLeftovers,
  expectToldEnd,
  expectVersion,
  kill,
  killingGround,
  type Moment,
  type Put,
  put,
  SIGNALS,
  version,
  writeOf,
} from './killed-fixture.ts';
import { applyManifest, expectGood, ledger, rollBack, testVersions } from './rollout-fixture.ts';

const image = testVersions();

/** A phase of the rollout of release `n`, and what is so when it was stopped there. */
interface Phase {
  readonly name: string;
  readonly label: string;
  readonly moment: (n: number) => Moment;
  /** What was killed says of itself, in the report that the post step completes. */
  readonly doing: (n: number, serving: number) => string;
  /** What was cancelled says of itself. */
  readonly told: { readonly status: string; readonly says: RegExp | undefined };
  /** What the ledger calls the release, cancelled and killed; `undefined` where it has none. */
  readonly ledger: readonly [cancelled: string | undefined, killed: string | undefined];
  /** Whether the cluster has the new version then, cancelled and killed. */
  readonly runs: readonly [cancelled: boolean, killed: boolean];
  /** Whether it had the lease. */
  readonly leased?: false;
  /** Whether its version is bad, so that it is taken back. */
  readonly bad?: true;
}

const UNTOUCHED = {
  told: { status: 'cancelled', says: /cancelled before any workload was changed/ },
  ledger: [undefined, undefined],
  runs: [false, false],
} as const;
const INTERRUPTED = ['interrupted', 'started'] as const;

function cancelled(says: RegExp): Phase['told'] {
  return { status: 'cancelled', says };
}

const SUCCEEDED = { status: 'succeeded', says: undefined };
const WRITTEN = cancelled(
  /The run was cancelled\. Written, and rolling out in the cluster: configmap\/settings, deployment\/web\./,
);
const PUT_BACK = {
  status: 'failed',
  says: /Put back to release \d+ .*The run was cancelled before/,
};

const PHASES: readonly Phase[] = [
  {
    name: 'while it plans',
    label: 'planning',
    moment: () => ({
      request: 'before',
      of: ({ resource, query }) => resource === 'deployments' && query.dryRun !== undefined,
    }),
    doing: () => 'planned',
    ...UNTOUCHED,
    leased: false,
  },
  {
    name: 'when its lease is taken, and it does not know yet',
    label: 'leasing',
    moment: () => ({ request: 'after', of: writeOf('leases') }),
    doing: () => 'took the lease',
    ...UNTOUCHED,
  },
  {
    name: 'before the ledger has its release',
    label: 'recording',
    moment: () => ({
      request: 'before',
      of: ({ resource, verb }) => resource === 'configmaps' && verb === 'create',
      breaks: true,
    }),
    doing: () => 'recorded the release',
    told: cancelled(/The run was cancelled\. Nothing was written\./),
    ledger: ['interrupted', undefined],
    runs: [false, false],
  },
  {
    name: 'when the ledger has its release, and it does not know yet',
    label: 'recorded',
    moment: () => ({
      request: 'after',
      of: ({ resource, verb }) => resource === 'configmaps' && verb === 'create',
    }),
    doing: () => 'recorded the release',
    told: cancelled(/cancelled before any workload was changed/),
    ledger: ['started', 'started'],
    runs: [false, false],
  },
  {
    name: 'when its first write is sent, and not answered',
    label: 'first-write',
    moment: () => ({ request: 'after', of: writeOf('configmaps', 'settings') }),
    doing: (n) => `wrote release ${n}`,
    told: cancelled(
      /The run was cancelled\. Sent, but not answered any more: configmap\/settings\. Not written: deployment\/web\./,
    ),
    ledger: INTERRUPTED,
    runs: [false, false],
  },
  {
    name: 'between its writes',
    label: 'between',
    moment: () => ({ request: 'before', of: writeOf('deployments') }),
    doing: (n) => `wrote release ${n}`,
    told: cancelled(
      /Written, and rolling out in the cluster: configmap\/settings\. Sent, but not answered any more: deployment\/web\./,
    ),
    ledger: INTERRUPTED,
    runs: [false, false],
  },
  {
    name: 'when the write of its workload is made, and not answered',
    label: 'written',
    moment: () => ({ request: 'after', of: writeOf('deployments') }),
    doing: (n) => `wrote release ${n}`,
    told: cancelled(/Sent, but not answered any more: deployment\/web\./),
    ledger: INTERRUPTED,
    runs: [true, true],
  },
  {
    name: 'while it watches',
    label: 'watching',
    moment: () => ({ line: /deployment\/web: \d of 1 updated/ }),
    doing: (n) => `watched release ${n}`,
    told: WRITTEN,
    ledger: INTERRUPTED,
    runs: [true, true],
  },
  {
    name: 'in the bake',
    label: 'baking',
    moment: () => ({ line: /serving 1 of 1/ }),
    doing: (n) => `watched release ${n}`,
    told: WRITTEN,
    ledger: INTERRUPTED,
    runs: [true, true],
  },
  {
    name: 'while it says in the ledger how it ended',
    label: 'marking',
    moment: (n) => ({
      request: 'before',
      of: writeOf('configmaps', `paal.shop.${n}`),
      breaks: true,
    }),
    doing: (n) => `recorded how release ${n} ended`,
    told: SUCCEEDED,
    ledger: ['rolled-out', 'started'],
    runs: [true, true],
  },
  {
    name: 'while it gives the lease back',
    label: 'returning',
    moment: (n) => ({
      request: 'before',
      of: (request, sofar) =>
        writeOf('leases')(request) && sofar.some(writeOf('configmaps', `paal.shop.${n}`)),
      breaks: true,
    }),
    doing: (n) => `recorded how release ${n} ended`,
    told: SUCCEEDED,
    ledger: ['rolled-out', 'rolled-out'],
    runs: [true, true],
  },
  {
    name: 'when it has just begun to take back what failed',
    label: 'failed',
    moment: () => ({ line: /^::group::Roll back to release/m }),
    doing: (n, serving) => `took release ${n} back to release ${serving}`,
    told: PUT_BACK,
    ledger: ['failed', 'failed'],
    runs: [false, true],
    bad: true,
  },
  {
    name: 'in the middle of taking back what failed',
    label: 'half-back',
    moment: () => ({ request: 'before', of: writeOf('deployments'), nth: 2, breaks: true }),
    doing: (n, serving) => `took release ${n} back to release ${serving}`,
    told: PUT_BACK,
    ledger: ['failed', 'failed'],
    runs: [false, true],
    bad: true,
  },
];

async function walk(phase: Phase, turn: number): Promise<void> {
  const ground = await killingGround(phase.label);
  const first = await put(ground, after(image, undefined, 'first'));
  const served: Put[] = [first, await put(ground, after(image, first, 'second'))];
  for (const [round, signal] of SIGNALS.entries()) {
    const isKilled = signal === 'SIGKILL';
    const which = isKilled ? 1 : 0;
    const number = Math.max(...Object.keys(await ledger(ground)).map(Number)) + 1;
    const serving = served.at(-1);
    const next = after(image, serving, signal);
    const objects = phase.bad ? version(image.missing, signal) : next.objects;
    const inputs = phase.bad ? { budgets: 'ImageNotFound=1s' } : { bake: '2s' };
    const killed = await kill(ground, signal, phase.moment(number), (options) =>
      applyManifest(ground, objects, inputs, options),
    );
    if (isKilled) await expectCompleted(killed, phase.doing(number, serving?.number ?? 0));
    else await expectToldEnd(ground, killed, phase.told);
    const recorded = phase.ledger[which];
    expect((await ledger(ground))[number]).toBe(recorded);
    if (recorded === 'rolled-out') served.push({ ...next, number });

    const isBack = (turn + round) % 2 === 1;
    const step = isBack ? await rollBack(ground) : await applyManifest(ground, next.objects);
    expectGood(step);
    // What never served is undone first.
    if (isBack) {
      if (!phase.runs[which] || recorded === 'rolled-out') served.pop();
      await expectHistory(ground, step);
    } else if (recorded !== 'rolled-out') {
      served.push({ ...next, number: Number(step.outputs.release) });
    }
    const isHeld = isKilled && phase.leased !== false;
    expect(step.log.includes('has not been heard of for 20 s')).toBe(isHeld);
    const isClosed = recorded === 'started';
    expect(step.log.includes(`Release ${number} is interrupted`)).toBe(isClosed);
    if (recorded !== undefined) {
      const undone = isBack && recorded === 'rolled-out' ? 'rolled-back' : recorded;
      expect((await ledger(ground))[number]).toBe(isClosed ? 'interrupted' : undone);
    }
    await expectVersion(ground, served.at(-1)?.image ?? '');
    await expectNoLeftovers(ground);
  }
  await expectNoChange(ground, served.at(-1)?.objects ?? []);
}

describe('a rollout that is cancelled or killed leaves what the next run goes on from,', () => {
  for (const [turn, phase] of PHASES.entries()) {
    realNodeTest(phase.name, async () => await walk(phase, turn));
  }
});
