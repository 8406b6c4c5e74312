import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Ground, manifestOf } from './ground.ts';
import { manifestsOf, namesOf, type Shop } from './shop.ts';
import { discard, expectStatus, timedRollout } from './timed-step.ts';

/** A tool that puts a release out and waits until it serves. */
export interface Contender {
  readonly name: string;
  /** Puts release number `release` out; gives the seconds that it took, from its start to its end. */
  deploy(release: number): Promise<number>;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}

/** The whole step, from the start of node to its end. */
export function paal(ground: Ground, shop: Shop): Contender {
  return {
    name: 'paal',
    deploy: async (release) => {
      const step = await timedRollout(ground, manifestsOf(shop, String(release)));
      expectStatus(step, 'succeeded');
      await discard(step);
      return (step.ended - step.begun) / 1_000;
    },
  };
}

/**
 * `kubectl apply` of all, then one `kubectl rollout status` that waits for each: a process for each
 * would be slower.
 */
export function kubectl(ground: Ground, shop: Shop): Contender {
  const { cluster, namespace, folder, signal } = ground;
  const file = join(folder, 'kubectl.yaml');
  const all = namesOf(shop).map((name) => `deployment/${name}`);
  const script = `$KUBECTL apply -f "$FILE" && $KUBECTL rollout status ${all.join(' ')}`;
  const access = `--kubeconfig=${cluster.kubeconfig} --namespace=${namespace}`;
  return {
    name: 'kubectl',
    deploy: async (release) => {
      await writeFile(file, manifestOf(manifestsOf(shop, String(release))));
      const env = { KUBECTL: `${cluster.kubectl} ${access}`, FILE: file };
      return await seconds(() => execa('sh', ['-c', script], { env, cancelSignal: signal }));
    },
  };
}

/** `helm upgrade --install --wait` of a chart with the same Deployments. */
export async function helm(ground: Ground, shop: Shop, program: string): Promise<Contender> {
  const { cluster, namespace, folder, signal } = ground;
  const chart = join(folder, 'chart');
  await mkdir(join(chart, 'templates'), { recursive: true });
  const about = { apiVersion: 'v2', name: 'shop', version: '1.0.0' };
  await writeFile(join(chart, 'Chart.yaml'), manifestOf([about]));
  const objects = manifestsOf(shop, '{{ .Values.release }}');
  await writeFile(join(chart, 'templates', 'shop.yaml'), manifestOf(objects));
  const access = ['--kubeconfig', cluster.kubeconfig, '--namespace', namespace];
  return {
    name: 'helm',
    deploy: async (release) =>
      await seconds(() =>
        execa(
          program,
          [
            ...['upgrade', '--install', 'shop', chart, '--wait'],
            ...['--set-string', `release=${release}`, ...access],
          ],
          {
            cancelSignal: signal,
            env: {
              HELM_CACHE_HOME: join(folder, 'helm-cache'),
              HELM_CONFIG_HOME: join(folder, 'helm-config'),
              HELM_DATA_HOME: join(folder, 'helm-data'),
            },
          },
        ),
      ),
  };
}
