import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';
import { userKubeconfig } from '../cluster/services/user.ts';
import type { Playground } from './fixture.ts';

/** A rule of a Role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A rule that a README asks for. */
export interface DocumentedRule extends Rule {
  /** Whether the action says that it goes without, instead of asking for it. */
  readonly optional: boolean;
}

/**
 * The rules in the README of an action, as they stand there.
 * @param about a resource that is spoken of, where there are rules for several kinds
 */
export async function rulesInReadme(
  action: string,
  about?: string,
): Promise<readonly DocumentedRule[]> {
  const file = join(repositoryRoot, 'actions', action, 'README.md');
  const blocks = (await readFile(file, 'utf8')).matchAll(/^```yaml\n(rules:\n[\s\S]*?)^```$/gm);
  const [rules] = [...blocks]
    .map(([, block = '']) => rulesIn(block))
    .filter(
      (found) => about === undefined || found.some(({ resources }) => resources.includes(about)),
    );
  if (!rules) throw new Error(`${file} has no rules about ${about}`);
  return rules;
}

function rulesIn(block: string): readonly DocumentedRule[] {
  return block
    .split('\n')
    .filter((line) => line.startsWith('  - '))
    .map((line) => {
      const [rule] = parse(line) as [Rule];
      return { ...rule, optional: line.includes('# optional') };
    });
}

const GROUP = 'rbac.authorization.k8s.io';

/** A Role with these rules. */
export function role(name: string, rules: readonly Rule[]): object {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'Role',
    metadata: { name },
    rules: rules.map(({ apiGroups, resources, verbs }) => ({ apiGroups, resources, verbs })),
  };
}

/** What gives somebody the Role of that name. */
export function roleBinding(name: string, subject: object): object {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: GROUP, kind: 'Role', name },
    subjects: [subject],
  };
}

/** The environment of a user who may do in the namespace what the rules allow, and nothing else. */
export async function userWith(
  ground: Playground,
  rules: readonly Rule[],
): Promise<Readonly<Record<string, string>>> {
  const name = `deployer-${ground.namespace}`;
  const user = { apiGroup: GROUP, kind: 'User', name };
  await ground.apply(role(name, rules), roleBinding(name, user));
  return { KUBECONFIG: await userKubeconfig(ground.cluster, { name }) };
}
