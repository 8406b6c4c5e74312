import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '@paal/core/config/parse';
import { type Config, configSchema } from '@paal/core/config/schema';
import type { Inputs } from './inputs.ts';
import { settle } from './settings.ts';

const NONE: Inputs = {
  checks: undefined,
  url: undefined,
  version: undefined,
  prometheusUrl: undefined,
  duration: undefined,
  interval: undefined,
  onInconclusive: undefined,
  onError: undefined,
  environment: undefined,
  namespace: undefined,
  release: undefined,
  app: undefined,
  config: undefined,
};

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
    expect(settle(NONE, config, 'refs/heads/main')).toMatchObject({
      variables: { url: 'https://shop.example', namespace: 'shop', environment: 'production' },
      prometheusUrl: 'https://prometheus.example',
      duration: 600_000,
      interval: 10_000,
      onError: 'pass',
    });
  });

  test('are those at the top, and fail unless told otherwise, where no environment fits', () => {
    const settings = settle(NONE, config, 'refs/heads/feature/x');
    expect(settings).toMatchObject({
      variables: { url: undefined, environment: undefined },
      duration: 300_000,
      onInconclusive: 'pass',
      onError: 'fail',
    });
    expect(settings.withoutEnvironment).toContain('feature/x');
  });

  test('take rollback in paal.yaml for a step that fails', () => {
    expect(settle(NONE, config, 'refs/heads/main').onInconclusive).toBe('fail');
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
      onInconclusive: 'fail',
      onError: 'pass',
    };
    expect(settle(inputs, config, 'refs/heads/main')).toEqual({
      checks,
      variables: {
        url: 'https://canary.example',
        version: '1.2.3',
        namespace: 'shop-canary',
        environment: 'staging',
      },
      prometheusUrl: 'https://other.example',
      duration: 1_000,
      interval: 100,
      onInconclusive: 'fail',
      onError: 'pass',
      withoutEnvironment: undefined,
    });
  });

  test('without a check are refused, with the reason why paal.yaml gave none', () => {
    const text = 'environments: { live: { branch: main, verify: { checks: [] } } }';
    const empty = parseConfig(text, 'paal.yaml', configSchema);
    expect(() => settle(NONE, empty, 'refs/heads/main')).toThrow('There is nothing to verify');
    expect(() => settle(NONE, empty, 'refs/heads/x')).toThrow('No environment belongs to');
  });
});
