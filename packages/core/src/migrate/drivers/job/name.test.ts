import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jobOptions, REQUEST } from './job.test-data.ts';
import { jobLabels, jobName, migrationKey } from './name.ts';

const names = fc.oneof(fc.string(), fc.constant('Run9'.repeat(20)));

describe('the name of a Job', () => {
  test('tells run and attempt', () => {
    const options = jobOptions();
    expect(jobName(options.run, migrationKey(REQUEST, options))).toMatch(
      /^paal-migrate-4711-2-[0-9a-f]{10}$/,
    );
  });

  test('is a DNS label and short enough for those of its pods, whatever the run is called', () => {
    fc.assert(
      fc.property(names, names, (id, attempt) => {
        const run = { id, attempt, step: '' };
        const name = jobName(run, migrationKey(REQUEST, jobOptions({ run })));
        expect(name).toMatch(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);
        expect(name.length).toBeLessThanOrEqual(63);
        for (const label of Object.values(jobLabels(run, 'key'))) {
          expect(label).toMatch(/^[a-z0-9A-Z]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?$/);
        }
      }),
    );
  });
});

describe('what tells the Jobs of a run apart', () => {
  const options = jobOptions();
  const key = migrationKey(REQUEST, options);

  test('is the same in the next attempt, by whomever it was started', () => {
    const next = jobOptions({ run: { ...options.run, attempt: '3' } });
    const runner = { ...REQUEST.runner, actor: 'hubot', host: 'runner-2' };
    expect(migrationKey({ ...REQUEST, runner }, next)).toBe(key);
  });

  test.each([
    ['another step', { run: { ...options.run, step: 'deploy/__migrate_2' } }],
    ['another run', { run: { ...options.run, id: '4712' } }],
    ['another database', { uri: { kind: 'secret', name: 'other', key: 'uri' } as const }],
    ['another namespace', { namespace: 'staging' }],
    ['another changelog', { changelog: 'changes' }],
  ])('is another one for %s', (_, more) => {
    expect(migrationKey(REQUEST, jobOptions(more))).not.toBe(key);
  });

  test.each([
    ['another command', { command: 'status' } as const],
    ['another limit', { limit: { count: 1 } }],
    ['another directory', { directory: 'elsewhere' }],
  ])('is another one for %s', (_, more) => {
    expect(migrationKey({ ...REQUEST, ...more }, options)).not.toBe(key);
  });
});
