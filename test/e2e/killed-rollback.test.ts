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
  put,
  SIGNALS,
  writeOf,
} from './killed-fixture.ts';
import { applyManifest, expectGood, ledger, rollBack, testVersions } from './rollout-fixture.ts';

const image = testVersions();

/** A phase of a rollback from release `from`, and what is so when it was stopped there. */
interface Phase {
  readonly name: string;
  readonly label: string;
  readonly moment: (from: number) => Moment;
  /** What was killed says of itself, in the report that the post step completes. */
  readonly doing: (goal: string) => string;
  /** What was cancelled says of itself. */
  readonly told: { readonly status: string; readonly says: RegExp | undefined };
  /** What the ledger calls the release that is gone back from, cancelled and killed. */
  readonly ledger: readonly [cancelled: string, killed: string];
  /** Whether it had the lease. */
  readonly leased?: false;
}

const UNTOUCHED = {
  told: { status: 'cancelled', says: /cancelled before any workload was changed/ },
  ledger: ['rolled-out', 'rolled-out'],
} as const;

/** Half a rollback is worse than one that nobody has watched: it is finished, and that is said. */
const FINISHED = {
  told: {
    status: 'cancelled',
    says: /^The rollback to release \d+ .* was cancelled: The run was cancelled before it was known/,
  },
  ledger: ['rolled-out', 'rolled-out'],
} as const;

const PHASES: readonly Phase[] = [
  {
    name: 'before it has begun',
    label: 'back-planning',
    moment: () => ({
      request: 'before',
      of: ({ resource, verb }) => resource === 'deployments' && verb === 'get',
    }),
    doing: () => 'planned',
    ...UNTOUCHED,
    leased: false,
  },
  {
    name: 'when its lease is taken, and it does not know yet',
    label: 'back-leasing',
    moment: () => ({ request: 'after', of: writeOf('leases') }),
    doing: () => 'took the lease',
    ...UNTOUCHED,
  },
  {
    name: 'while the API server is asked whether it agrees',
    label: 'back-asking',
    moment: () => ({
      request: 'before',
      of: ({ resource, query }) => resource === 'deployments' && query.dryRun !== undefined,
      breaks: true,
    }),
    doing: (goal) => `put back ${goal}`,
    ...FINISHED,
  },
  {
    name: 'between the ConfigMap and the workload',
    label: 'back-between',
    moment: () => ({ request: 'before', of: writeOf('deployments'), breaks: true }),
    doing: (goal) => `put back ${goal}`,
    ...FINISHED,
  },
  {
    name: 'when the API server does not answer any more',
    label: 'back-silent',
    moment: () => ({ request: 'before', of: writeOf('deployments') }),
    doing: (goal) => `put back ${goal}`,
    told: {
      status: 'failed',
      says: /^The rollback to release \d+ .* failed: The run was cancelled, and the API server .* did not answer any more/,
    },
    ledger: ['rolled-out', 'rolled-out'],
  },
  {
    name: 'when the write of the workload is made, and not answered',
    label: 'back-written',
    moment: () => ({ request: 'after', of: writeOf('deployments'), breaks: true }),
    doing: (goal) => `put back ${goal}`,
    ...FINISHED,
  },
  {
    name: 'while it watches',
    label: 'back-watching',
    moment: () => ({ line: /deployment\/web: \d of 1 updated/ }),
    doing: (goal) => `watched whether ${goal} serves`,
    ...FINISHED,
  },
  {
    name: 'while it says in the ledger what was taken back',
    label: 'back-marking',
    moment: (from) => ({
      request: 'before',
      of: writeOf('configmaps', `paal.shop.${from}`),
      breaks: true,
    }),
    doing: (goal) => `watched whether ${goal} serves`,
    told: { status: 'succeeded', says: undefined },
    ledger: ['rolled-back', 'rolled-out'],
  },
  {
    name: 'while it gives the lease back',
    label: 'back-returning',
    moment: (from) => ({
      request: 'before',
      of: (request, sofar) =>
        writeOf('leases')(request) && sofar.some(writeOf('configmaps', `paal.shop.${from}`)),
      breaks: true,
    }),
    doing: () => 'gave the lease back',
    told: { status: 'succeeded', says: undefined },
    ledger: ['rolled-back', 'rolled-back'],
  },
];

async function walk(phase: Phase, turn: number): Promise<void> {
  const ground = await killingGround(phase.label);
  let serving = await put(ground, after(image, undefined, 'first'));
  for (const [round, signal] of SIGNALS.entries()) {
    const isKilled = signal === 'SIGKILL';
    const left = await put(ground, after(image, serving, signal));
    const killed = await kill(ground, signal, phase.moment(left.number), (options) =>
      ground.step('rollback', { bake: '2s' }, options),
    );
    const goal = `release ${serving.number} (0123456)`;
    if (isKilled) await expectCompleted(killed, phase.doing(goal));
    else await expectToldEnd(ground, killed, phase.told);
    const recorded = phase.ledger[isKilled ? 1 : 0];
    expect((await ledger(ground))[left.number]).toBe(recorded);

    const isBack = (turn + round) % 2 === 0;
    const next = after(image, left, `${signal} next`);
    // The same again, where it is not done.
    const to = recorded === 'rolled-back' ? `release:${serving.number}` : 'previous';
    const step = isBack
      ? await rollBack(ground, { to })
      : await applyManifest(ground, next.objects);
    expectGood(step);
    expect(step.log.includes('has not been heard of for 20 s')).toBe(
      isKilled && phase.leased !== false,
    );
    if (isBack) {
      expect((await ledger(ground))[left.number]).toBe('rolled-back');
      await expectHistory(ground, step);
    } else {
      expect((await ledger(ground))[left.number]).toBe(recorded);
      serving = { ...next, number: Number(step.outputs.release) };
    }
    await expectVersion(ground, serving.image);
    await expectNoLeftovers(ground);
  }
  await expectNoChange(ground, serving.objects);
}

describe('a rollback that is cancelled or killed leaves what the next run goes on from,', () => {
  for (const [turn, phase] of PHASES.entries()) {
    realNodeTest(phase.name, async () => await walk(phase, turn));
  }
});
