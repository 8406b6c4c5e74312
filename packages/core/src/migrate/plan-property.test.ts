import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AppliedMigration } from './history.ts';
import { type PlanRequest, plan } from './plan.ts';
import { applied, standing } from './standing.test-data.ts';
import { pendingNames } from './standing.ts';

const up = (limit?: PlanRequest['limit']): PlanRequest => ({ direction: 'up', limit });
const down = (limit?: PlanRequest['limit']): PlanRequest => ({ direction: 'down', limit });

const stamp = fc
  .integer({ min: 0, max: 40 })
  .map((n) => `202401010000${String(n).padStart(2, '0')}-m.js`);
const someFiles = fc.uniqueArray(stamp, { maxLength: 12 });
/** Files, and a part of them applied in any order. */
const situation = someFiles.chain((files) =>
  fc.shuffledSubarray(files).map((names) => ({ files, history: applied(...names) })),
);
const namesOf = (history: readonly AppliedMigration[]) => history.map(({ fileName }) => fileName);

function stepNames(
  files: readonly string[],
  history: readonly AppliedMigration[],
  request: PlanRequest,
): readonly string[] {
  const planned = plan(standing(files, history), request);
  if (planned.kind === 'refusal') throw new Error(planned.message);
  return planned.steps.map(({ name }) => name);
}

describe('whatever the files and the history are', () => {
  test('up applies each pending migration once, by name, and none twice', () => {
    fc.assert(
      fc.property(situation, ({ files, history }) => {
        const steps = stepNames(files, history, up());
        expect([...steps]).toEqual([...steps].sort());
        expect(new Set([...steps, ...namesOf(history)])).toEqual(new Set(files));
        expect(steps.length + history.length).toBe(files.length);
      }),
    );
  });

  test('up to each pending one in turn comes to the same as up', () => {
    fc.assert(
      fc.property(situation, ({ files, history }) => {
        let reached = history;
        for (const name of pendingNames(standing(files, history))) {
          const steps = stepNames(files, reached, up({ to: name }));
          expect(steps).toEqual([name]);
          reached = applied(...namesOf(reached), ...steps);
        }
        expect(stepNames(files, reached, up())).toEqual([]);
      }),
    );
  });

  test('down to where the database stood before an up undoes exactly that up', () => {
    fc.assert(
      fc.property(situation, ({ files, history }) => {
        const last = history.at(-1);
        if (!last) return;
        const steps = stepNames(files, history, up());
        const after = applied(...namesOf(history), ...steps);
        expect(stepNames(files, after, down({ to: last.fileName }))).toEqual([...steps].reverse());
        if (steps.length === 0) return;
        expect(stepNames(files, after, down({ count: steps.length }))).toEqual(
          [...steps].reverse(),
        );
      }),
    );
  });

  test('down n times by one is down by n', () => {
    fc.assert(
      fc.property(situation, ({ files, history }) => {
        const names = namesOf(history);
        const one = names.map((_, index) =>
          stepNames(files, applied(...names.slice(0, names.length - index)), down()),
        );
        if (names.length === 0) return;
        expect(stepNames(files, history, down({ count: names.length }))).toEqual(one.flat());
      }),
    );
  });
});
