import { describe, expect } from '@jest/globals';
import { expectNoChange, type Moment, put, writeOf } from './killed-fixture.ts';
import {
  begin,
  expectSettled,
  goOn,
  next,
  type Phase,
  rounds,
  stop,
  type Walk,
  walkThrough,
} from './killed-walk.ts';
import { ledger, rollBack } from './rollout-fixture.ts';

/** A phase of a rollback from release `from`, and what is so when it was stopped there. */
interface RollbackPhase extends Phase {
  readonly moment: (from: number, resource: string) => Moment;
  /** What was killed says of itself, in the report that the post step completes. */
  readonly doing: (goal: string) => string;
  /** What the ledger calls the release that is gone back from, cancelled and killed. */
  readonly ledger: readonly [cancelled: string, killed: string];
  /** Whether everything was put back, cancelled and killed. */
  readonly back: readonly [cancelled: boolean, killed: boolean];
}

const UNTOUCHED = {
  told: { status: 'cancelled', says: /cancelled before any workload was changed/ },
  ledger: ['rolled-out', 'rolled-out'],
  back: [false, false],
} as const;

/** Half a rollback is worse than one that nobody has watched: it is finished, and that is said. */
const FINISHED = {
  told: {
    status: 'cancelled',
    says: /^The rollback to release \d+ .* was cancelled: The run was cancelled before it was known/,
  },
  ledger: ['rolled-out', 'rolled-out'],
} as const;

const PHASES: readonly RollbackPhase[] = [
  {
    name: 'before it has begun',
    label: 'back-planning',
    moment: (_, workloads) => ({
      request: 'before',
      of: ({ resource, verb }) => resource === workloads && verb === 'get',
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
    moment: (_, workloads) => ({
      request: 'before',
      of: ({ resource, query }) => resource === workloads && query.dryRun !== undefined,
      breaks: true,
    }),
    doing: (goal) => `put back ${goal}`,
    ...FINISHED,
    back: [true, false],
  },
  {
    name: 'between the ConfigMap and the workload',
    label: 'back-between',
    moment: (_, workloads) => ({ request: 'before', of: writeOf(workloads), breaks: true }),
    doing: (goal) => `put back ${goal}`,
    ...FINISHED,
    back: [true, false],
  },
  {
    name: 'when the API server does not answer any more',
    label: 'back-silent',
    moment: (_, workloads) => ({ request: 'before', of: writeOf(workloads) }),
    doing: (goal) => `put back ${goal}`,
    told: {
      status: 'failed',
      says: /^The rollback to release \d+ .* failed: The run was cancelled, and the API server .* did not answer any more/,
    },
    ledger: ['rolled-out', 'rolled-out'],
    back: [false, false],
  },
  {
    name: 'when the write of the workload is made, and not answered',
    label: 'back-written',
    moment: (_, workloads) => ({ request: 'after', of: writeOf(workloads), breaks: true }),
    doing: (goal) => `put back ${goal}`,
    ...FINISHED,
    back: [true, true],
  },
  {
    name: 'while it watches',
    label: 'back-watching',
    moment: () => ({ line: /\w+\/web: (?:\d of 1 updated|serving \d)/ }),
    doing: (goal) => `watched whether ${goal} serves`,
    ...FINISHED,
    back: [true, true],
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
    back: [true, true],
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
    back: [true, true],
  },
  {
    name: 'of a StatefulSet, when its write is made, and not answered',
    label: 'back-set',
    kind: 'StatefulSet',
    moment: (_, workloads) => ({ request: 'after', of: writeOf(workloads), breaks: true }),
    doing: (goal) => `put back ${goal}`,
    ...FINISHED,
    back: [true, true],
  },
  {
    name: 'of a DaemonSet, while it watches',
    label: 'back-daemon',
    kind: 'DaemonSet',
    moment: () => ({ line: /\w+\/web: (?:\d of 1 updated|serving \d)/ }),
    doing: (goal) => `watched whether ${goal} serves`,
    ...FINISHED,
    back: [true, true],
  },
];

async function walk(phase: RollbackPhase, turn: number): Promise<void> {
  const way: Walk = await begin(phase, 3);
  const { ground, served } = way;
  for (const round of rounds(turn)) {
    const { signal, isKilled, isBack } = round;
    const which = isKilled ? 1 : 0;
    const serving = served.at(-1);
    const before = served.at(-2)?.number;
    const left = await put(ground, next(way, signal));
    const moment = phase.moment(left.number, ground.resource);
    const doing = phase.doing(`release ${serving?.number} (0123456)`);
    await stop(way, phase, round, moment, doing, (options) =>
      ground.step('rollback', { bake: '2s' }, options),
    );
    const recorded = phase.ledger[which];
    expect((await ledger(ground))[left.number]).toBe(recorded);
    const isPutBack = phase.back[which];
    const runs = isPutBack ? serving : left;
    const isUnrecorded = isPutBack && recorded !== 'rolled-back';
    const found = `web runs release ${serving?.number}, and not release ${left.number} as the ledger has it`;
    if (isBack && isKilled) {
      // The same run, once more, would finish what it has begun.
      const again = await rollBack(ground, { 'dry-run': 'true' });
      expect(again.outputs.to).toBe(String(recorded === 'rolled-back' ? before : serving?.number));
      const plan = await rollBack(ground, { 'dry-run': 'true' }, { GITHUB_RUN_ID: '43' });
      expect(plan.outputs.from).toBe(String(runs?.number));
      const row = new RegExp(`^${left.number} +${isPutBack ? 'rolled-back' : recorded} `, 'm');
      expect(plan.outputs.history).toMatch(row);
    }
    if (!isPutBack) served.push(left);
    const another = next(way, `${signal} next`);
    const step = await goOn(way, phase, round, another.objects);
    expect(step.log.includes(found)).toBe(isUnrecorded);
    if (isBack) {
      expect(step.outputs.from).toBe(String(runs?.number));
      served.pop();
    } else {
      served.push({ ...another, number: Number(step.outputs.release) });
    }
    const status = isBack || isPutBack ? 'rolled-back' : recorded;
    expect((await ledger(ground))[left.number]).toBe(status);
    await expectSettled(way);
  }
  await expectNoChange(ground, served.at(-1)?.objects ?? []);
}

describe('a rollback that is cancelled or killed leaves what the next run goes on from,', () => {
  walkThrough(PHASES, walk);
});
