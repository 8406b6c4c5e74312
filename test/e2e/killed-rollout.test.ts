import { describe, expect } from '@jest/globals';
import { expectNoChange, type Moment, version, writeOf } from './killed-fixture.ts';
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
import { applyManifest, ledger, testVersions } from './rollout-fixture.ts';

const image = testVersions();

/** A phase of the rollout of release `n`, and what is so when it was stopped there. */
interface RolloutPhase extends Phase {
  readonly moment: (n: number, resource: string) => Moment;
  /** What was killed says of itself, in the report that the post step completes. */
  readonly doing: (n: number, serving: number) => string;
  /** What the ledger calls the release, cancelled and killed; `undefined` where it has none. */
  readonly ledger: readonly [cancelled: string | undefined, killed: string | undefined];
  /** Whether the cluster has the new version then, cancelled and killed. */
  readonly runs: readonly [cancelled: boolean, killed: boolean];
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
  /The run was cancelled\. Written, and rolling out in the cluster: configmap\/settings, \w+\/web\./,
);
const PUT_BACK = {
  status: 'failed',
  says: /Put back to release \d+ .*The run was cancelled before/,
};

const PHASES: readonly RolloutPhase[] = [
  {
    name: 'while it plans',
    label: 'planning',
    moment: (_, workloads) => ({
      request: 'before',
      of: ({ resource, query }) => resource === workloads && query.dryRun !== undefined,
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
      /The run was cancelled\. Sent, but not answered any more: configmap\/settings\. Not written: \w+\/web\./,
    ),
    ledger: INTERRUPTED,
    runs: [false, false],
  },
  {
    name: 'between its writes',
    label: 'between',
    moment: (_, workloads) => ({ request: 'before', of: writeOf(workloads) }),
    doing: (n) => `wrote release ${n}`,
    told: cancelled(
      /Written, and rolling out in the cluster: configmap\/settings\. Sent, but not answered any more: \w+\/web\./,
    ),
    ledger: INTERRUPTED,
    runs: [false, false],
  },
  {
    name: 'when the write of its workload is made, and not answered',
    label: 'written',
    moment: (_, workloads) => ({ request: 'after', of: writeOf(workloads) }),
    doing: (n) => `wrote release ${n}`,
    told: cancelled(/Sent, but not answered any more: \w+\/web\./),
    ledger: INTERRUPTED,
    runs: [true, true],
  },
  {
    name: 'while it watches',
    label: 'watching',
    moment: () => ({ line: /\w+\/web: (?:\d of 1 updated|serving \d)/ }),
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
    moment: (_, workloads) => ({ request: 'before', of: writeOf(workloads), nth: 2, breaks: true }),
    doing: (n, serving) => `took release ${n} back to release ${serving}`,
    told: PUT_BACK,
    ledger: ['failed', 'failed'],
    runs: [false, true],
    bad: true,
  },
  {
    name: 'when what failed is put back, and it does not know yet',
    label: 'put-back',
    moment: (_, workloads) => ({ request: 'after', of: writeOf(workloads), nth: 2, breaks: true }),
    doing: (n, serving) => `took release ${n} back to release ${serving}`,
    told: PUT_BACK,
    ledger: ['failed', 'failed'],
    runs: [false, false],
    bad: true,
  },
  {
    name: 'of a StatefulSet, while it watches',
    label: 'set',
    kind: 'StatefulSet',
    moment: () => ({ line: /\w+\/web: (?:\d of 1 updated|serving \d)/ }),
    doing: (n) => `watched release ${n}`,
    told: WRITTEN,
    ledger: INTERRUPTED,
    runs: [true, true],
  },
  {
    name: 'of a DaemonSet, when its write is made, and not answered',
    label: 'daemon',
    kind: 'DaemonSet',
    moment: (_, workloads) => ({ request: 'after', of: writeOf(workloads) }),
    doing: (n) => `wrote release ${n}`,
    told: cancelled(/Sent, but not answered any more: \w+\/web\./),
    ledger: INTERRUPTED,
    runs: [true, true],
  },
];

async function walk(phase: RolloutPhase, turn: number): Promise<void> {
  const way: Walk = await begin(phase, 2);
  const { ground, served } = way;
  for (const round of rounds(turn)) {
    const { signal, isKilled, isBack } = round;
    const which = isKilled ? 1 : 0;
    const number = Math.max(...Object.keys(await ledger(ground)).map(Number)) + 1;
    const serving = served.at(-1)?.number ?? 0;
    const another = next(way, signal);
    const bad = version(ground.kind, image.missing, signal);
    const inputs = phase.bad ? { budgets: 'ImageNotFound=1s' } : { bake: '2s' };
    const moment = phase.moment(number, ground.resource);
    await stop(way, phase, round, moment, phase.doing(number, serving), (options) =>
      applyManifest(ground, phase.bad ? bad : another.objects, inputs, options),
    );
    const recorded = phase.ledger[which];
    expect((await ledger(ground))[number]).toBe(recorded);
    if (recorded === 'rolled-out') served.push({ ...another, number });

    const step = await goOn(way, phase, round, another.objects);
    // What never served is undone first.
    if (isBack) {
      const runs = phase.runs[which] ? number : serving;
      expect(step.outputs.from).toBe(String(runs));
      if (!phase.runs[which] || recorded === 'rolled-out') served.pop();
    } else if (recorded !== 'rolled-out') {
      served.push({ ...another, number: Number(step.outputs.release) });
    }
    const isClosed = recorded === 'started';
    expect(step.log.includes(`Release ${number} is interrupted`)).toBe(isClosed);
    if (recorded !== undefined) {
      const undone = isBack && recorded === 'rolled-out' ? 'rolled-back' : recorded;
      expect((await ledger(ground))[number]).toBe(isClosed ? 'interrupted' : undone);
    }
    await expectSettled(way);
  }
  await expectNoChange(ground, served.at(-1)?.objects ?? []);
}

describe('a rollout that is cancelled or killed leaves what the next run goes on from,', () => {
  walkThrough(PHASES, walk);
});
