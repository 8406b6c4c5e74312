import type { Inputs } from './inputs.ts';

/** A step to which nothing was said. */
export const NO_INPUTS: Inputs = {
  phase: 'after',
  baseline: undefined,
  checks: undefined,
  url: undefined,
  version: undefined,
  prometheusUrl: undefined,
  alertmanagerUrl: undefined,
  elasticsearchUrl: undefined,
  workloads: undefined,
  silence: undefined,
  grafanaToken: undefined,
  duration: undefined,
  interval: undefined,
  onFailure: undefined,
  rollbackOn: undefined,
  onInconclusive: undefined,
  onError: undefined,
  rollbackTimeout: undefined,
  bake: undefined,
  waitForLease: 0,
  environment: undefined,
  namespace: undefined,
  release: undefined,
  app: undefined,
  config: undefined,
};

/** A run on `ref`. */
export function runOn(ref: string): { readonly ref: string; readonly repository: string } {
  return { ref, repository: 'paal/shop' };
}
