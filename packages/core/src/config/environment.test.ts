import { describe, expect, test } from '@jest/globals';
import { formatDuration, parseDuration } from './duration.ts';
import { environmentOfRef, environmentSettings } from './environment.ts';
import type { Config } from './schema.ts';

const config: Config = {
  rollout: { timeout: 600_000, bake: 30_000 },
  environments: {
    staging: { branch: 'release/*', namespace: 'shop-staging' },
    hotfix: { branch: 'release/hotfix' },
    production: { branch: ['main', 'master'], rollout: { timeout: 1_200_000 } },
  },
};

describe('the environment of a branch', () => {
  test.each([
    ['refs/heads/develop', 'development'],
    ['refs/heads/release/2026-11', 'staging'],
    ['refs/heads/main', 'production'],
  ])('without a paal.yaml: %s is %s', (ref, expected) => {
    expect(environmentOfRef({}, ref)).toBe(expected);
  });

  test.each([
    ['refs/heads/release/1', 'staging'],
    ['refs/heads/release/hotfix', 'hotfix'],
    ['refs/heads/master', 'production'],
  ])('with one: %s is %s, and an exact name beats a pattern', (ref, expected) => {
    expect(environmentOfRef(config, ref)).toBe(expected);
  });

  test('is an error for a branch of none, with those that there are', () => {
    expect(() => environmentOfRef(config, 'refs/heads/feature/x')).toThrow(
      /No environment belongs to "refs\/heads\/feature\/x" \(release\/\* → staging; .*main, master → production\)/,
    );
  });

  test('is an error for a branch of several', () => {
    const twice: Config = { environments: { a: { branch: 'm*' }, b: { branch: '*n' } } };
    expect(() => environmentOfRef(twice, 'refs/heads/main')).toThrow(
      'belongs to several environments (a, b)',
    );
  });

  test('takes nothing but * in a pattern as special', () => {
    const dots: Config = { environments: { a: { branch: 'v1.0' } } };
    expect(() => environmentOfRef(dots, 'refs/heads/v1x0')).toThrow('No environment');
  });
});

describe("an environment's settings", () => {
  test('stand over those of the top level, key by key', () => {
    expect(environmentSettings(config, 'production').rollout).toEqual({
      timeout: 1_200_000,
      bake: 30_000,
    });
    expect(environmentSettings(config, 'staging').rollout?.timeout).toBe(600_000);
  });

  test('of a name that is not known are an error with the nearest', () => {
    expect(() => environmentSettings(config, 'stagin')).toThrow('Did you mean "staging"?');
    expect(() => environmentSettings(config, 'toString')).toThrow(
      'There is no environment "toString"',
    );
  });
});

describe('a duration', () => {
  test.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5s', 1_500],
    ['0', 0],
  ])('%s is %i ms', (text, expected) => {
    expect(parseDuration(text, 'x')).toBe(expected);
  });

  test.each(['', '5', '5 m', 'm', '-1s', '5x', '1e3s'])('"%s" is none', (text) => {
    expect(() => parseDuration(text, 'The input "timeout"')).toThrow('The input "timeout": ');
  });

  test.each([
    [800, '0.8 s'],
    [5_000, '5 s'],
    [59_600, '1 m'],
    [90_000, '1 m 30 s'],
    [7_500_000, '2 h 5 m'],
  ])('%i ms is said as %s', (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected);
  });
});
