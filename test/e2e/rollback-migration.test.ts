import { describe, expect } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import { applyManifest, expectGood, rollBack, testVersions } from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

const [FIRST, SECOND] = ['20260101000000-users.js', '20260202000000-orders.js'];
const SENTENCE = `The database stands at migration ${SECOND}, and release 1 was put out with ${FIRST}: the database is not taken back; paal/migrate with command: down, to: ${FIRST} does.`;

describe('a release that was put out with a migration', () => {
  realNodeTest('tells it in the history, and when it is gone back to', async () => {
    const ground = await playground('migrated');
    for (const [tag, migration] of [
      [image.v1, FIRST],
      [image.v2, SECOND],
    ] as const) {
      const inputs = { 'migration-version': migration };
      expectGood(await applyManifest(ground, [web({ image: tag })], inputs));
    }
    const plan = await rollBack(ground, { 'dry-run': 'true' });
    expect(plan.outputs).toMatchObject({ to: '1', 'migration-version': FIRST });

    const step = await rollBack(ground);
    expectGood(step);
    expect(step.outputs['migration-version']).toBe(FIRST);
    expect(step.log).toContain(SENTENCE);
    expect(step.summary).toContain(SENTENCE);
    expect(step.outputs.history).toMatch(new RegExp(`^2 +rolled-back +\\S+ +${SECOND} `, 'm'));
    expect(step.outputs.history).toMatch(new RegExp(`^1 +rolled-out +\\S+ +${FIRST} `, 'm'));
  });

  realNodeTest('tells it, too, when what follows it fails and is taken back', async () => {
    const ground = await playground('migrated-bad');
    const first = { 'migration-version': FIRST };
    expectGood(await applyManifest(ground, [web({ image: image.v1 })], first));
    const bad = await applyManifest(ground, [web({ image: image.missing })], {
      'migration-version': SECOND,
      budgets: 'ImageNotFound=1s',
    });
    expect(bad.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'succeeded' });
    expect(bad.summary).toContain(SENTENCE);
  });
});
