import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string }>>;
}

/** How `docker login` names Docker Hub. */
const HUB_KEY = 'https://index.docker.io/v1/';

/**
 * The value of a Basic `Authorization` header for a registry, as `docker login` (docker/login-action)
 * has left it; `undefined` where there is none, or a credential helper keeps it.
 */
export async function dockerLogin(
  registry: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const folder = env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker');
  try {
    const { auths = {} } = JSON.parse(
      await readFile(join(folder, 'config.json'), 'utf8'),
    ) as DockerConfig;
    const keys =
      registry === 'docker.io' ? [HUB_KEY, 'docker.io'] : [registry, `https://${registry}`];
    const auth = keys.map((key) => auths[key]?.auth).find((one) => one);
    return auth ? `Basic ${auth}` : undefined;
  } catch {
    return undefined;
  }
}
