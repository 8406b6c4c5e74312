import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { badRollout, goodRollout, troubledGround } from './rollout-faults-fixture.ts';
import { testVersions } from './rollout-fixture.ts';
import { TROUBLES } from './rollout-troubles-fixture.ts';

const image = testVersions();

describe('a good version is rolled out, in time and once, although', () => {
  for (const { name, trouble, seconds, says, late } of TROUBLES) {
    realNodeTest(name, async () => {
      const run = await goodRollout(await troubledGround('good', image), trouble, seconds);
      expect(run.step.log).toMatch(says);
      expect(run.late).toBeLessThan(late);
    });
  }
});

describe('a version that crashes is failed for that, in time, and taken back, although', () => {
  for (const { name, trouble, seconds, says, late } of TROUBLES.filter((one) => one.alsoBad)) {
    realNodeTest(name, async () => {
      const run = await badRollout(await troubledGround('bad', image), trouble, seconds);
      expect(run.step.log).toMatch(says);
      expect(run.late).toBeLessThan(late);
    });
  }
});
