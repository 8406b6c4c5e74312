import type { DocumentedRule, Rule } from './permissions-fixture.ts';

/** One permission, left out of rules. */
export interface Omission {
  /** As in `patch deployments`. */
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly left: { readonly resource: string; readonly verbs: readonly string[] };
  readonly optional: boolean;
}

/** Of these two, one is enough to see what there is. */
const SEEING = ['list', 'watch'];

/** The rules without these verbs of the one at `index`. */
function without(rules: readonly Rule[], index: number, verbs: readonly string[]): readonly Rule[] {
  return rules.flatMap((rule, at) => {
    const kept = at === index ? rule.verbs.filter((verb) => !verbs.includes(verb)) : rule.verbs;
    return kept.length > 0 ? [{ ...rule, verbs: kept }] : [];
  });
}

/** The rules without each single verb of each of them in turn. */
export function omissions(rules: readonly DocumentedRule[]): readonly Omission[] {
  return rules.flatMap(({ resources: [resource = ''], verbs, optional }, index) =>
    verbs.map((verb) => ({
      name: `${verb} ${resource}`,
      rules: without(rules, index, [verb]),
      left: { resource, verbs: [verb] },
      optional: optional || (SEEING.includes(verb) && SEEING.every((one) => verbs.includes(one))),
    })),
  );
}

/** The rules with neither of the two ways to see each resource in turn. */
export function blindings(rules: readonly DocumentedRule[]): readonly Omission[] {
  return rules.flatMap(({ resources: [resource = ''], verbs, optional }, index) =>
    SEEING.every((verb) => verbs.includes(verb))
      ? [
          {
            name: `list and watch ${resource}`,
            rules: without(rules, index, SEEING),
            left: { resource, verbs: SEEING },
            optional,
          },
        ]
      : [],
  );
}
