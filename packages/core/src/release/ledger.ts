import { type AccessRule, hasCode } from '../cluster/api-error.ts';
import { readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import {
  collectionPath,
  type KubeObject,
  type ObjectMeta,
  objectPath,
  RESOURCES,
} from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import { releasesToPrune } from './history.ts';
import {
  contentOf,
  fateOf,
  otherReleasesSelector,
  pruningOf,
  type Release,
  type ReleaseContent,
  type ReleaseStatus,
  releaseConfigMap,
  releaseName,
  releaseOf,
  releaseSelector,
} from './release.ts';

/** What the ledger needs to be allowed to do; the built-in role `edit` grants it. */
export const LEDGER_ACCESS: readonly AccessRule[] = [
  'get',
  'list',
  'create',
  'patch',
  'delete',
].map((verb) => ({ group: '', resource: 'configmaps', verb }));

/** Who puts a release out. */
export type ReleaseOrigin = Pick<Release, 'version' | 'run' | 'commit' | 'actor'>;

/** A release and what it holds; `undefined` where that is not readable. */
export interface LedgerEntry {
  readonly release: Release;
  readonly content: ReleaseContent | undefined;
}

/** The releases of one app in one namespace. */
export interface Ledger {
  list(options?: RequestOptions): Promise<readonly Release[]>;
  /** @throws UserError when it is gone or not readable */
  content(release: Release, options?: RequestOptions): Promise<ReleaseContent>;
  /** All releases, with what they hold. */
  entries(options?: RequestOptions): Promise<readonly LedgerEntry[]>;
  /** The releases of the other apps of the namespace. */
  entriesOfOthers(): Promise<readonly LedgerEntry[]>;
  /** Adds a release under the next number; old ones that nobody needs are removed. */
  create(status: ReleaseStatus, content: ReleaseContent, origin: ReleaseOrigin): Promise<Release>;
  /** Says what became of a release, and which of its workloads were taken back since. */
  mark(release: Release, status: ReleaseStatus, takenBack?: readonly string[]): Promise<void>;
  /** Says which workloads of earlier releases were deleted after a release. */
  markPruned(release: Release, workloads: readonly string[]): Promise<void>;
}

const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const MOST_ATTEMPTS = 5;

function readable(configMap: KubeObject): ReleaseContent | undefined {
  try {
    return contentOf(configMap);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * Opens the ledger of `app`: one immutable ConfigMap a release, whose labels say what became of it.
 * Its requests do not end with the run's cancellation, because that has to be recorded too.
 */
export function openLedger(connection: Connection, namespace: string, app: string): Ledger {
  const resource = RESOURCES.configMaps;
  const path = (number: number): string =>
    objectPath(resource, namespace, releaseName(app, number));

  const list = async (options?: RequestOptions): Promise<readonly Release[]> => {
    const answer = await connection.request<{
      readonly items: readonly { readonly metadata: ObjectMeta }[] | null;
    }>(
      {
        method: 'GET',
        path: collectionPath(resource, namespace),
        query: { labelSelector: releaseSelector(app) },
        accept: METADATA_ONLY,
        purpose: `list the releases of ${app} in namespace ${namespace}`,
      },
      options,
    );
    return (answer.items ?? []).flatMap(({ metadata }) => releaseOf(metadata) ?? []);
  };

  const entriesAt = async (
    selector: string,
    whose: string,
    options?: RequestOptions,
  ): Promise<readonly LedgerEntry[]> => {
    const answer = await connection.request<{ readonly items: readonly KubeObject[] | null }>(
      {
        method: 'GET',
        path: collectionPath(resource, namespace),
        query: { labelSelector: selector },
        purpose: `read the releases of ${whose} in namespace ${namespace}`,
      },
      options,
    );
    return (answer.items ?? []).flatMap((configMap) => {
      const release = releaseOf(configMap.metadata);
      return release ? [{ release, content: readable(configMap) }] : [];
    });
  };

  const annotate = async (release: Release, metadata: object, purpose: string): Promise<void> => {
    await connection.request({
      method: 'PATCH',
      path: path(release.number),
      body: { metadata },
      contentType: 'application/merge-patch+json',
      purpose,
    });
  };

  const remove = async (release: Release): Promise<void> => {
    try {
      await connection.request({
        method: 'DELETE',
        path: path(release.number),
        purpose: `remove release ${release.number} of ${app}`,
      });
    } catch (error) {
      if (!hasCode(error, 404)) throw error;
    }
  };

  return {
    list,
    content: async (release, options) => {
      const name = releaseName(app, release.number);
      const configMap = await readObject(connection, resource, namespace, name, options);
      if (!configMap) throw new UserError(`The ledger's entry configmap/${name} is gone.`);
      return contentOf(configMap);
    },
    entries: (options) => entriesAt(releaseSelector(app), app, options),
    entriesOfOthers: () => entriesAt(otherReleasesSelector(app), 'other apps'),
    create: async (status, content, origin) => {
      const releases = await list();
      const newest = releases.reduce((most, { number }) => Math.max(most, number), 0);
      // What PAAL found before its first write is release 0.
      let number = status === 'adopted' && releases.length === 0 ? 0 : newest + 1;
      for (let attempt = 1; ; attempt += 1, number += 1) {
        const body = releaseConfigMap({ app, number, status, ...origin }, content);
        try {
          const created = await connection.request<KubeObject>({
            method: 'POST',
            path: collectionPath(resource, namespace),
            body,
            purpose: `record release ${number} of ${app}`,
          });
          const release = releaseOf(created.metadata);
          if (!release) throw new Error('the created release cannot be read back');
          for (const old of releasesToPrune([...releases, release])) await remove(old);
          return release;
        } catch (error) {
          if (!hasCode(error, 409) || attempt === MOST_ATTEMPTS) throw error;
        }
      }
    },
    mark: (release, status, takenBack = release.takenBack) => {
      const purpose = `mark release ${release.number} of ${app} as ${status}`;
      return annotate(release, fateOf(status, takenBack), purpose);
    },
    markPruned: (release, workloads) => {
      const purpose = `say what was pruned after release ${release.number} of ${app}`;
      return annotate(release, pruningOf(workloads), purpose);
    },
  };
}
