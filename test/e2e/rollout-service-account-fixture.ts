import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Playground } from './fixture.ts';
import { type Rule, role, roleBinding } from './permissions-fixture.ts';
import { until } from './until.ts';

/** A ServiceAccount of a namespace, with a Role of its own. */
export interface ServiceAccount {
  readonly kubeconfig: string;
  /** Gives it these rules instead; resolves when the API server goes by them. */
  allow(rules: readonly Rule[]): Promise<void>;
}

interface View {
  readonly clusters: readonly [{ readonly name: string }, ...object[]];
}

async function writeKubeconfig(ground: Playground, name: string, token: string): Promise<string> {
  const { cluster, namespace } = ground;
  const view = ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'];
  const { stdout } = await execa(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, ...view]);
  const { clusters } = JSON.parse(stdout) as View;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters,
    contexts: [{ name, context: { cluster: clusters[0].name, user: name, namespace } }],
    users: [{ name, user: { token } }],
  };
  const file = join(await temporaryFolder('account'), 'kubeconfig');
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}

/** Every permission that rules grant, one by one. */
function grants(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource} ${group}`)),
      ),
    ),
  );
}

interface Review {
  readonly status: { readonly resourceRules: readonly Rule[] };
}

/** Of these groups everybody may ask what he is, and may do. */
const EVERYBODYS = ['authentication.k8s.io', 'authorization.k8s.io', 'certificates.k8s.io'];

/** What the API server grants a user in the namespace, without what it grants everybody. */
async function granted({ cluster, namespace }: Playground, kubeconfig: string) {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
  const input = JSON.stringify({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  });
  const args = ['--kubeconfig', kubeconfig, 'create', '--raw', path, '-f', '-'];
  const { stdout } = await execa(cluster.kubectl, args, { input });
  const { resourceRules } = (JSON.parse(stdout) as Review).status;
  return grants(
    resourceRules.filter(({ apiGroups }) => !apiGroups.some((group) => EVERYBODYS.includes(group))),
  );
}

/** Makes a ServiceAccount that may do in the namespace what the rules allow, and nothing else. */
export async function serviceAccount(
  ground: Playground,
  name: string,
  rules: readonly Rule[],
): Promise<ServiceAccount> {
  await ground.apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
    role(name, rules),
    roleBinding(name, { kind: 'ServiceAccount', name, namespace: ground.namespace }),
  );
  const token = await ground.kubectl('create', 'token', name);
  const kubeconfig = await writeKubeconfig(ground, name, token);
  const inForce = async (wanted: readonly Rule[]): Promise<void> => {
    const expected = grants(wanted);
    await until(`the rules of ${name} are in force`, async () => {
      const found = await granted(ground, kubeconfig);
      return found.size === expected.size && [...expected].every((one) => found.has(one));
    });
  };
  await inForce(rules);
  return {
    kubeconfig,
    allow: async (next) => {
      await ground.apply(role(name, next));
      await inForce(next);
    },
  };
}
