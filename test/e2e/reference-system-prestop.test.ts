import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from '@jest/globals';
import { realNodeTestInOrder, sharedCluster } from './fixture.ts';
import { startLoad } from './load.ts';
import { checkOut, type ReferenceSystem, referenceSystem } from './reference-system-fixture.ts';
import { tell } from './tell.ts';

const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../local]
patches:
  - target: { kind: Deployment }
    patch: |-
      - { op: remove, path: /spec/template/spec/containers/0/lifecycle }
`;
const WITHOUT_HOOK = 'k8s/overlays/without-hook';

let system: ReferenceSystem;
beforeAll(async () => {
  if (!sharedCluster().realNodes) return;
  const workspace = await checkOut();
  await mkdir(join(workspace.directory, WITHOUT_HOOK));
  await writeFile(join(workspace.directory, WITHOUT_HOOK, 'kustomization.yaml'), KUSTOMIZATION);
  system = await referenceSystem('prestop', workspace);
  for (const version of ['v1', 'v2']) await system.build(version);
}, 900_000);

describe('without the preStop hook of the reference system', () => {
  realNodeTestInOrder('a rollout loses requests, on new connections above all', async () => {
    await system.release('v1', WITHOUT_HOOK);
    const load = await startLoad(system.ground, 'http://paal-frontend/api/health', 8);
    const step = await system.release('v2', WITHOUT_HOOK);
    const { fresh, kept } = await load.stop();
    tell(`requests during the rollout: ${JSON.stringify({ fresh, kept })}`);
    expect(step.outputs.status).toBe('succeeded');
    expect(fresh.lost).toBeGreaterThan(0);
  });
});
