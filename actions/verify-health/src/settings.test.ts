import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '@paal/core/config/parse';
import { type Config, configSchema } from '@paal/core/config/schema';
import { DEFAULT_POLICY } from '@paal/core/rollout/policy';
import type { Inputs } from './inputs.ts';
import { NO_INPUTS as NONE, runOn } from './settings.test-data.ts';
import { settle } from './settings.ts';

const config: Config = parseConfig(
  `
environments:
  staging: { branch: "release/*", namespace: shop-staging, url: "https://staging.example" }
  production:
    branch: main
    namespace: shop
    url: https://shop.example
    verify: { duration: 10m, on-inconclusive: rollback, on-error: pass }
verify:
  duration: 5m
  interval: 10s
  prometheus: https://prometheus.example
  on-inconclusive: pass
  checks:
    - http: { url: "{{url}}" }
`,
  'paal.yaml',
  configSchema,
);

describe('the settings of a verification', () => {
  test('are those of the environment whose branch this is, over those at the top', () => {
    expect(settle(NONE, config, runOn('refs/heads/main'))).toMatchObject({
      variables: { url: 'https://shop.example', namespace: 'shop', environment: 'production' },
      servers: { prometheus: 'https://prometheus.example' },
      duration: 600_000,
      interval: 10_000,
      onError: 'pass',
    });
  });

  test('are those at the top, and fail unless told otherwise, where no environment fits', () => {
    const settings = settle(NONE, config, runOn('refs/heads/feature/x'));
    expect(settings).toMatchObject({
      variables: { url: undefined, environment: undefined },
      duration: 300_000,
      onInconclusive: 'pass',
      onError: 'fail',
    });
    expect(settings.withoutEnvironment).toContain('feature/x');
  });

  test('are beaten by inputs', () => {
    const checks = [{ http: undefined, prometheus: undefined }];
    const inputs: Inputs = {
      ...NONE,
      checks,
      environment: 'staging',
      url: 'https://canary.example',
      namespace: 'shop-canary',
      version: '1.2.3',
      prometheusUrl: 'https://other.example',
      duration: 1_000,
      interval: 100,
      onFailure: 'rollback',
      rollbackOn: 'any',
      onInconclusive: 'fail',
      onError: 'pass',
      rollbackTimeout: 60_000,
      bake: 1_000,
      release: 3,
    };
    expect(settle(inputs, config, runOn('refs/heads/main'))).toEqual({
      checks,
      variables: {
        url: 'https://canary.example',
        version: '1.2.3',
        namespace: 'shop-canary',
        environment: 'staging',
        app: 'shop',
        release: '3',
      },
      servers: {
        prometheus: 'https://other.example',
        alertmanager: undefined,
        elasticsearch: undefined,
      },
      workloads: [],
      duration: 1_000,
      interval: 100,
      onFailure: 'rollback',
      rollbackOn: 'any',
      onInconclusive: 'fail',
      onError: 'pass',
      rollbackPolicy: { ...DEFAULT_POLICY, timeout: 60_000, bake: 1_000 },
      withoutEnvironment: undefined,
    });
  });

  test('may be to ask as long as alert rules need, by paal.yaml or the input', () => {
    const text = 'verify: { duration: auto, checks: [{ http: { url: "https://shop.example" } }] }';
    const auto = parseConfig(text, 'paal.yaml', configSchema);
    expect(settle(NONE, auto, runOn('refs/heads/main')).duration).toBe('auto');
    expect(settle({ ...NONE, duration: 5 }, auto, runOn('refs/heads/main')).duration).toBe(5);
    expect(settle({ ...NONE, duration: 'auto' }, config, runOn('refs/heads/main')).duration).toBe(
      'auto',
    );
    expect(() => parseConfig(text.replace('auto', 'aut'), 'paal.yaml', configSchema)).toThrow(
      '"aut" is not a duration',
    );
  });

  test('without a check are refused, with the reason why paal.yaml gave none', () => {
    const text = 'environments: { live: { branch: main, verify: { checks: [] } } }';
    const empty = parseConfig(text, 'paal.yaml', configSchema);
    expect(() => settle(NONE, empty, runOn('refs/heads/main'))).toThrow(
      'There is nothing to verify',
    );
    expect(() => settle(NONE, empty, runOn('refs/heads/x'))).toThrow('No environment belongs to');
  });
});

describe('a rollback', () => {
  const settled = (inputs: Partial<Inputs>, text = '') => {
    const check = 'verify: { checks: [{ http: { url: "https://shop.example" } }]';
    const config = parseConfig(`${check}${text} }`, 'paal.yaml', configSchema);
    return settle({ ...NONE, ...inputs }, config, runOn('refs/heads/main'));
  };

  test('follows no verification unless it is asked for', () => {
    expect(settled({ release: 3 })).toMatchObject({ onFailure: 'none', rollbackOn: 'app' });
  });

  test('may be asked for in paal.yaml, and the input beats that', () => {
    const text = ', on-failure: rollback, rollback-on: any';
    expect(settled({ release: 3 }, text)).toMatchObject({
      onFailure: 'rollback',
      rollbackOn: 'any',
    });
    const inputs: Partial<Inputs> = { release: 3, onFailure: 'none', rollbackOn: 'app' };
    expect(settled(inputs, text)).toMatchObject({ onFailure: 'none', rollbackOn: 'app' });
  });

  test('has the time and the bake of the rollout in paal.yaml', () => {
    const text = ' }, rollout: { rollback-timeout: 2m, bake: 3s';
    const { rollbackPolicy } = settle(
      { ...NONE, release: 3 },
      parseConfig(
        `{ verify: { checks: [{ http: { url: "https://shop.example" } }]${text} } }`,
        'paal.yaml',
        configSchema,
      ),
      runOn('refs/heads/main'),
    );
    expect(rollbackPolicy).toMatchObject({ timeout: 120_000, bake: 3_000 });
  });

  test('without a release is refused where the step asks for it, and not where paal.yaml does', () => {
    expect(() => settled({ onFailure: 'rollback' })).toThrow('set the input "release"');
    const text = ', on-failure: rollback, on-inconclusive: rollback';
    expect(settled({}, text)).toMatchObject({ onFailure: 'none', onInconclusive: 'fail' });
  });

  test('for what is not known, and none for what is bad, is refused', () => {
    const inputs: Partial<Inputs> = { release: 3, onInconclusive: 'rollback' };
    expect(() => settled(inputs)).toThrow('Set on-failure to rollback, too');
    expect(settled({ ...inputs, onFailure: 'rollback' }).onInconclusive).toBe('rollback');
  });

  test('without any time is refused', () => {
    expect(() => settled({ release: 3, rollbackTimeout: 0 })).toThrow('longer than 0');
  });
});
