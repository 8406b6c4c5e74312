import { describe, expect, test } from '@jest/globals';
import { deployment, pod, replicaSet } from '../workload/workload.test-data.ts';
import { recordable, startJournal } from './journal.ts';

function begin() {
  const [lines, entries]: [string[], object[]] = [[], []];
  let now = 1_000;
  const clock = { now: () => now, sleep: async () => undefined };
  const journal = startJournal(
    { print: (line) => lines.push(line), record: (entry) => entries.push(entry) },
    clock,
  );
  return {
    journal,
    lines,
    entries,
    pass: (milliseconds: number) => {
      now += milliseconds;
      return now;
    },
  };
}

describe('the flight record', () => {
  const one = pod(replicaSet(deployment()));

  test('never holds the value of an environment variable, and still tells equal from different', () => {
    const withEnv = (value: string) => ({
      ...one,
      spec: {
        containers: [
          {
            name: 'web',
            env: [
              { name: 'PASSWORD', value },
              { name: 'REF', valueFrom: { secretKeyRef: { name: 'db' } } },
            ],
          },
        ],
      },
    });
    const [first, same, other] = ['hunter2', 'hunter2', 'other'].map((value) =>
      JSON.stringify(recordable(withEnv(value))),
    );
    expect(first).not.toContain('hunter2');
    expect(first).toContain('secretKeyRef');
    expect(first).toBe(same);
    expect(first).not.toBe(other);
  });

  test('hides them inside a template too, and drops what kubectl keeps of the last apply', () => {
    const owner = deployment();
    const text = JSON.stringify(
      recordable({
        ...owner,
        metadata: {
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'hunter2' },
        },
        spec: {
          template: {
            spec: { containers: [{ name: 'web', env: [{ name: 'A', value: 'hunter2' }] }] },
          },
        },
      }),
    );
    expect(text).not.toContain('hunter2');
  });

  test('holds each state of an object once, and its deletion', () => {
    const { journal, entries } = begin();
    journal.onObjects('Pod', new Map([['a', one]]), 1_000);
    journal.onObjects('Pod', new Map([['a', one]]), 2_000);
    journal.onObjects('Pod', new Map(), 3_000);
    expect(entries).toEqual([
      { at: 0, kind: 'Pod' },
      expect.objectContaining({ at: 0, kind: 'Pod', uid: 'a' }),
      { at: 2_000, kind: 'Pod', uid: 'a', object: null },
    ]);
  });
});

describe('the journal', () => {
  test('prints each verdict with the time since the start, and keeps phases for the chart', () => {
    const { journal, lines, pass } = begin();
    journal.begin('release 3');
    journal.onVerdict(
      'deployment/web',
      { status: 'progressing', message: '1 of 3', reconsiderAt: 0 },
      pass(500),
    );
    journal.onVerdict(
      'deployment/web',
      { status: 'succeeded', message: 'serving 3 of 3' },
      pass(2_000),
    );
    expect(lines).toEqual([
      '  0.5 s  deployment/web: 1 of 3',
      '  2.5 s  deployment/web: serving 3 of 3',
    ]);
    expect(journal.phases).toEqual([
      { subject: 'deployment/web', label: 'release 3', from: 0, to: 2_500, outcome: 'good' },
    ]);
  });

  test('keeps one phase of what is well again and again in other words, the last', () => {
    const { journal, pass } = begin();
    for (const label of ['release 3', 'back to release 2']) {
      journal.begin(label);
      for (const message of ['2 of 3 endpoints ready', '3 of 3 endpoints ready']) {
        journal.onVerdict('service/web', { status: 'succeeded', message }, pass(1_000));
      }
    }
    expect(journal.phases.map(({ label, from, to }) => [label, from, to])).toEqual([
      ['release 3', 0, 2_000],
      ['back to release 2', 2_000, 4_000],
    ]);
  });
});
