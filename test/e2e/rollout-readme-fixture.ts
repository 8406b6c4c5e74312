import { type DocumentedRule, type Rule, rulesInReadme } from './permissions-fixture.ts';

/** The kinds whose images the README of paal/k8s-rollout says how to set with the least permissions. */
export type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

const APPS = { apiGroups: ['apps'], optional: false };

function isAbout(name: string): (rule: Rule) => boolean {
  return ({ resources }) => resources.includes(name);
}

/**
 * The rules that the README of paal/k8s-rollout documents for a kind. Those for other kinds than
 * Deployments are the block's, changed as the sentence below it says: `list` and `watch` as
 * Deployments need them, DaemonSets also on `controllerrevisions`, `delete` on `pods` to unblock a
 * StatefulSet.
 */
export async function documentedRules(kind: Kind): Promise<readonly DocumentedRule[]> {
  const rules = await rulesInReadme('k8s-rollout');
  if (kind === 'Deployment') return rules;
  const own = rules.find(isAbout('deployments'));
  const others = rules.filter(
    (rule) => !isAbout('deployments')(rule) && !isAbout('replicasets')(rule),
  );
  const verbs = own?.verbs ?? [];
  if (kind === 'DaemonSet') {
    return [
      { ...APPS, resources: ['daemonsets'], verbs },
      { ...APPS, resources: ['controllerrevisions'], verbs: ['list', 'watch'] },
      ...others,
    ];
  }
  return [
    { ...APPS, resources: ['statefulsets'], verbs },
    ...others,
    { apiGroups: [''], resources: ['pods'], verbs: ['delete'], optional: true },
  ];
}

/** One permission, left out of rules. */
export interface Omission {
  /** As in `patch deployments`. */
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly left: { readonly resource: string; readonly verb: string };
  readonly optional: boolean;
}

/** The rules without each single verb of each of them in turn. */
export function omissions(rules: readonly DocumentedRule[]): readonly Omission[] {
  return rules.flatMap((rule, index) =>
    rule.verbs.map((verb) => {
      const [resource = ''] = rule.resources;
      const kept = rule.verbs.filter((one) => one !== verb);
      return {
        name: `${verb} ${resource}`,
        rules: rules.flatMap((one, at) =>
          at !== index ? [one] : kept.length > 0 ? [{ ...one, verbs: kept }] : [],
        ),
        left: { resource, verb },
        optional: rule.optional,
      };
    }),
  );
}
