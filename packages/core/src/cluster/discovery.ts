import { UserError } from '../errors.ts';
import { hasCode } from './api-error.ts';
import type { Connection, RequestOptions } from './connection.ts';
import { groupOf, type Resource } from './object.ts';

interface ApiResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/** Looks up where the cluster serves a kind. */
export interface Discovery {
  /** @throws UserError when the cluster has no such kind */
  resource(apiVersion: string, kind: string): Promise<Resource>;
}

/** Asks the cluster once for each API group version that is used. */
export function discover(connection: Connection, options: RequestOptions = {}): Discovery {
  const lists = new Map<string, Promise<ApiResourceList>>();
  const list = (apiVersion: string): Promise<ApiResourceList> => {
    const known = lists.get(apiVersion);
    if (known) return known;
    const asked = connection.request<ApiResourceList>(
      {
        method: 'GET',
        path: `${groupOf(apiVersion) === '' ? '/api' : '/apis'}/${apiVersion}`,
        purpose: `list the kinds of ${apiVersion}`,
      },
      options,
    );
    lists.set(apiVersion, asked);
    return asked;
  };
  return {
    resource: async (apiVersion, kind) => {
      const missing = `The cluster has no kind ${kind} in ${apiVersion}. Is the apiVersion right, and the CRD installed?`;
      let answer: ApiResourceList;
      try {
        answer = await list(apiVersion);
      } catch (error) {
        if (hasCode(error, 404)) throw new UserError(missing, { cause: error });
        throw error;
      }
      const found = answer.resources.find(
        (candidate) => candidate.kind === kind && !candidate.name.includes('/'),
      );
      if (!found) throw new UserError(missing);
      return { apiVersion, kind, name: found.name, namespaced: found.namespaced };
    },
  };
}
