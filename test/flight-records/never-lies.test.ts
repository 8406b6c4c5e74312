import { describe, expect, test } from '@jest/globals';
import { type KubeObject, RESOURCES } from '@paal/core/cluster/object';
import { calledMissing } from '@paal/core/rollout/look-up';
import { type Standing, track } from '@paal/core/rollout/tracker';
import { collectionKey } from '@paal/core/workload/kinds/kind';
import fc from 'fast-check';
import { type Delivery, inShort, type Recording, recordings } from './records.ts';

/** No watch is behind for longer; the bake is there because some always are. */
const LONGEST_DELAY = 3_000;
/** How long it is watched after the record has ended: longer than every budget. */
const AFTERWARDS = 40_000;
const STEP = 500;

/** Where the cause may come to light after the failure itself: then that is what is told. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'job-failed: release 1': 'failed BackoffLimitExceeded',
};

/** What a look-up finds, because it has come meanwhile: told by hand, since no watch tells of it. */
const CAME: Readonly<Record<string, KubeObject>> = {
  'deployment-secret-late: release 2': {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db', uid: 'db-1', resourceVersion: '1' },
  },
};

/** What a watch does to what it delivers: later, more than once, or not each state on the way. */
interface Disturbance {
  /** For each delivery in turn: how much later it comes. */
  readonly delays: readonly number[];
  /** Which of them come twice. */
  readonly twice: readonly boolean[];
  /** Which of them are left out where a later state of the same object follows soon. */
  readonly dropped: readonly boolean[];
}

function pick<T>(values: readonly T[], index: number, otherwise: T): T {
  return values[index % values.length] ?? otherwise;
}

/** A watch keeps the order of its own kind; between kinds there is none. */
function disturbed(deliveries: readonly Delivery[], how: Disturbance): readonly Delivery[] {
  const latest = new Map<string, number>();
  return deliveries.flatMap((delivery, index) => {
    const follows = deliveries.some(
      (other, position) =>
        position > index && other.uid === delivery.uid && other.at - delivery.at < LONGEST_DELAY,
    );
    if (follows && pick(how.dropped, index, false)) return [];
    const due = delivery.at + pick(how.delays, index, 0);
    const at = Math.max(latest.get(delivery.kind) ?? 0, due);
    latest.set(delivery.kind, at);
    const one = { ...delivery, at };
    return pick(how.twice, index, false) ? [one, { ...one }] : [one];
  });
}

interface Told {
  readonly at: number;
  readonly standings: readonly Standing[];
}

/** What is decided, look by look, until it is over. */
function decide(recording: Recording, deliveries: readonly Delivery[]): readonly Told[] {
  const { targets, policy, begin, end, kinds } = recording;
  const tracker = track(targets, policy, begin);
  const known = new Map(kinds.map((kind) => [kind, new Map<string, KubeObject>()]));
  const queue = [...deliveries].sort((a, b) => a.at - b.at);
  const told: Told[] = [];
  for (let now = begin + STEP; now < end + LONGEST_DELAY + AFTERWARDS; now += STEP) {
    while ((queue[0]?.at ?? Number.POSITIVE_INFINITY) <= now) {
      const { kind, uid, object } = queue.shift() as Delivery;
      if (object) known.get(kind)?.set(uid, JSON.parse(JSON.stringify(object)));
      else known.get(kind)?.delete(uid);
    }
    const collections = Object.fromEntries(
      [...known].map(([kind, all]) => [kind, [...all.values()]]),
    );
    let standings = tracker.look(collections, true, now);
    const came = CAME[recording.name];
    if (
      came &&
      calledMissing(standings).some(({ missing }) => missing.name === came.metadata.name)
    ) {
      standings = tracker.look(
        { ...collections, [collectionKey(RESOURCES.secrets)]: [came] },
        true,
        now,
      );
    }
    told.push({ at: now, standings });
    if (standings.every(({ verdict }) => verdict.status !== 'progressing')) break;
  }
  return told;
}

const disturbance: fc.Arbitrary<Disturbance> = fc.record({
  delays: fc.array(fc.integer({ min: 0, max: LONGEST_DELAY }), { minLength: 1, maxLength: 40 }),
  twice: fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }),
  dropped: fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }),
});

/** Every word comes late, and of two only one: a claim from before the write seemed to outlive its whole time. */
const ONCE_TOO_LATE: Disturbance = { delays: [2_512], twice: [false], dropped: [true, false] };

/** What was known from the first look on, before the watch had anything to be late with. */
function firstLook({ begin, deliveries }: Recording): number {
  return Math.min(...deliveries.map(({ at }) => at), begin + 5_000);
}

describe('whatever the watches do to what they deliver,', () => {
  const all = recordings().filter(({ deliveries }) => deliveries.length > 0);

  test.each(all.map((one) => [one.name, one] as const))('%s ends as it did', (_, recording) => {
    const start = firstLook(recording);
    const initial = recording.deliveries.filter(({ at }) => at <= start);
    const rest = recording.deliveries.filter(({ at }) => at > start);
    fc.assert(
      fc.property(disturbance, (how) => {
        const told = decide(recording, [...initial, ...disturbed(rest, how)]);
        for (const target of recording.targets) {
          const expected = recording.verdicts.get(target.name) ?? 'progressing';
          // One that was still under way when another failed may end in any way.
          if (expected === 'progressing') continue;
          const verdicts = told.map(({ standings }) => {
            const own = standings.find((one) => one.target.name === target.name);
            return own ? inShort(own.verdict) : 'missing';
          });
          const ends = [...new Set(verdicts.filter((verdict) => verdict !== 'progressing'))];
          if (ends.join() !== OTHERWISE[recording.name]) expect(ends).toEqual([expected]);
        }
      }),
      { numRuns: 10, examples: [[ONCE_TOO_LATE]] },
    );
  });
});
