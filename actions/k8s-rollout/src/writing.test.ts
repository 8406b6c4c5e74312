import { describe, expect, test } from '@jest/globals';
import type { PlannedWrite } from '@paal/core/rollout/plan';
import { leftBehind, unwritten } from './writing.ts';

const names = ['configmap/web', 'deployment/api', 'deployment/web'];
const begun = unwritten(names.map((name) => ({ name }) as PlannedWrite));

describe('what a cancelled run leaves behind', () => {
  test('is nothing before the first write', () => {
    expect(leftBehind(begun)).toBe('Nothing was written.');
  });

  test('is told write by write, with what is not known of', () => {
    const written = ['configmap/web'];
    expect(leftBehind({ ...begun, written, unsure: ['deployment/api'] })).toBe(
      'Written, and rolling out in the cluster: configmap/web. ' +
        'Sent, but not answered any more: deployment/api. Not written: deployment/web.',
    );
  });

  test('is everything once all of it was written', () => {
    expect(leftBehind({ ...begun, written: names })).toBe(
      `Written, and rolling out in the cluster: ${names.join(', ')}.`,
    );
  });
});
