import { describe, expect, test } from '@jest/globals';
import { sentences, troubles } from './marking.ts';
import type { Marking } from './release.ts';

const ref = (kind: string, name: string) => ({ apiVersion: 'v1', kind, namespace: 'shop', name });

const verified: Marking = {
  release: 3,
  verified: true,
  because: undefined,
  pruned: [],
  kept: [],
  notPruned: undefined,
};

describe('what became of a release', () => {
  test('is one sentence, when it is verified', () => {
    expect(sentences(verified)).toEqual(['Release 3 is verified.']);
    expect(troubles(verified)).toEqual([]);
  });

  test('is why it is not, when it is not', () => {
    const because = 'release 4 serves since';
    expect(sentences({ ...verified, verified: false, because })).toEqual([
      'Release 3 is not marked as verified: release 4 serves since.',
    ]);
  });

  test('names what was pruned, what stays and why, and what went wrong', () => {
    const marking: Marking = {
      ...verified,
      pruned: [
        { ref: ref('Service', 'old'), outcome: 'deleted' },
        { ref: ref('ConfigMap', 'quick'), outcome: 'gone' },
        { ref: ref('Service', 'new'), outcome: 'replaced' },
        { ref: ref('Role', 'no'), outcome: 'failed', message: 'forbidden.' },
      ],
      kept: [{ name: 'secret/db', because: 'release 2 of shop needs it' }],
    };
    expect(sentences(marking)).toEqual([
      'Release 3 is verified.',
      'Pruned: service/old.',
      'service/new stays: another object has its name now.',
      'secret/db stays: release 2 of shop needs it.',
      'role/no could not be pruned: forbidden.',
    ]);
    expect(troubles(marking)).toEqual(['role/no could not be pruned: forbidden.']);
  });
});
