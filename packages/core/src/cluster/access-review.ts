import { UserError } from '../errors.ts';
import { type AccessRule, ApiError, rbacRules } from './api-error.ts';
import type { Connection, RequestOptions } from './connection.ts';

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

async function isAllowed(
  connection: Connection,
  namespace: string,
  rule: AccessRule,
  options: RequestOptions,
): Promise<boolean> {
  const [resource, subresource] = rule.resource.split('/');
  const review = await connection.request<AccessReview>(
    {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: {
            namespace,
            group: rule.group,
            resource,
            ...(subresource ? { subresource } : {}),
            verb: rule.verb,
          },
        },
      },
      purpose: 'review our own permissions',
    },
    options,
  );
  return review.status?.allowed ?? false;
}

/**
 * The rules that the user of the kubeconfig does not have in `namespace`. A server that does not
 * answer such reviews is no reason to stop: the writes themselves will tell.
 */
export async function missingAccess(
  connection: Connection,
  namespace: string,
  rules: readonly AccessRule[],
  options: RequestOptions = {},
): Promise<readonly AccessRule[]> {
  const unique = [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
  try {
    const allowed = await Promise.all(
      unique.map((rule) => isAllowed(connection, namespace, rule, options)),
    );
    return unique.filter((_, index) => allowed[index] === false);
  } catch (error) {
    if (error instanceof ApiError && (error.code === 403 || error.code === 404)) return [];
    throw error;
  }
}

/** The error of a user who lacks these rules in a namespace. */
export function lacksAccess(namespace: string, missing: readonly AccessRule[]): UserError {
  return new UserError(
    `The user of the kubeconfig lacks permissions in namespace ${namespace}; nothing was changed. ` +
      `Bind the built-in role "edit" to it, or add these rules to a Role of its own:\n${rbacRules(missing)}`,
  );
}

/**
 * @throws UserError with the missing rules as YAML, when the user lacks any of `rules`
 */
export async function requireAccess(
  connection: Connection,
  namespace: string,
  rules: readonly AccessRule[],
  options: RequestOptions = {},
): Promise<void> {
  const missing = await missingAccess(connection, namespace, rules, options);
  if (missing.length > 0) throw lacksAccess(namespace, missing);
}
