import { beforeAll, describe, expect } from '@jest/globals';
import { startCluster, stopCluster } from '../cluster/cluster.ts';
import { startApiServer, stopApiServer } from '../cluster/services/api-server.ts';
import { afterTests, realNodeTestInOrder, sharedCluster } from './fixture.ts';
import {
  badRollout,
  goodRollout,
  lasting,
  type Trouble,
  type TroubledGround,
  troubledGround,
} from './rollout-faults-fixture.ts';
import { type Versions, versions } from './rollout-fixture.ts';

const NAME = 'e2e-restart';

let image: Versions;

beforeAll(async () => {
  const own = await startCluster({ name: NAME }, () => {});
  // For this file it takes the place of the one that all files share, which goes on undisturbed.
  process.env.PAAL_TEST_CLUSTER = JSON.stringify(own);
  image = await versions();
}, 300_000);
afterTests(() => stopCluster(NAME));

async function directGround(label: string): Promise<TroubledGround> {
  const troubled = await troubledGround(label, image);
  // Straight to the API server, by whose own end connections break.
  return { ...troubled, kubeconfig: troubled.ground.cluster.kubeconfig };
}

/** The API server is killed, and after 5 s started again. */
const RESTART: Trouble = async () => {
  await stopApiServer(sharedCluster());
  await lasting(5);
  await startApiServer(sharedCluster());
};

describe('the API server is killed and started again in the middle:', () => {
  realNodeTestInOrder('a good version is rolled out', async () => {
    const run = await goodRollout(await directGround('restart'), RESTART);
    expect(run.step.log).toMatch(/The watch of pods was interrupted: .*ECONNREFUSED/);
    expect(run.late).toBeLessThan(3);
  });

  realNodeTestInOrder('a version that crashes meanwhile is failed and taken back', async () => {
    const run = await badRollout(await directGround('restart-bad'), RESTART);
    expect(run.step.log).toMatch(/The watch of pods was interrupted: .*ECONNREFUSED/);
    expect(run.late).toBeLessThan(3);
  });
});
