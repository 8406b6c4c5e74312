import { expect } from '@jest/globals';
import { stringify } from 'yaml';
import type { StepResult } from '../contract/run-action.ts';
import type { Playground } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  type Versions,
} from './rollout-fixture.ts';
import { type WebOptions, web } from './workloads.ts';

/** A bad release 2, and what is to be said of it. */
export interface Failure {
  /** Default: Deployment. */
  readonly kind?: WebOptions['kind'];
  readonly manifest: object;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly status?: 'failed' | 'timed-out';
  readonly container?: string;
  /** What the one annotation says, besides what became of the rollback. */
  readonly says: readonly (string | RegExp)[];
  /** The first line of the manifest with this text is annotated. */
  readonly at: string;
}

/**
 * Deploys version 1, then the bad release: it fails with its cause, and version 1 serves again, as the
 * cluster itself says. Gives the step of the bad release.
 */
export async function expectFailure(
  ground: Playground,
  image: Versions,
  failure: Failure,
): Promise<StepResult> {
  const { kind = 'Deployment', manifest, inputs = {}, reason, says, at } = failure;
  const { status = 'failed', container = 'web' } = failure;
  expectGood(await applyManifest(ground, [web({ kind, image: image.v1 })]));
  const step = await applyManifest(ground, [manifest], inputs);
  expect(step.exitCode).toBe(1);
  expect(step.outputs).toMatchObject({
    status,
    changed: 'true',
    'failure-reason': reason,
    'failed-workload': `${kind.toLowerCase()}/web`,
    'failed-container': container,
    ...(kind === 'Deployment' ? { 'previous-revision': '1', revision: '3' } : {}),
    'rolled-back': 'succeeded',
    'rollback-target': 'unverified',
    release: '2',
  });
  const [error = ''] = step.errors;
  expect(step.errors).toHaveLength(1);
  for (const part of says) {
    if (typeof part === 'string') expect(error).toContain(part);
    else expect(error).toMatch(part);
  }
  expect(error).toMatch(/Rolled back to release 1 .*; it serves\.$/);
  const lines = stringify(manifest).split('\n');
  const line = lines.findIndex((text) => text.includes(at)) + 1;
  expect(step.log).toMatch(new RegExp(`^::error file=web\\.yaml,line=${line},col=\\d+::`, 'm'));
  expect(step.summary).toMatch(/^## ❌ Release 2 (failed|timed out)\n/);
  expect(step.summary).toContain(`**<code>${reason}</code>**`);
  await expectServing(ground, image.v1, 'web', kind);
  expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'failed' });
  return step;
}
