import { hasCode } from '../../../cluster/api-error.ts';
import { FIELD_MANAGER, patchObject, pointerSegment, readObject } from '../../../cluster/apply.ts';
import type { Connection, RequestOptions } from '../../../cluster/connection.ts';
import { deleteObject } from '../../../cluster/delete.ts';
import {
  collectionPath,
  type KubeObject,
  objectName,
  RESOURCES,
  type Resource,
} from '../../../cluster/object.ts';
import { UserError } from '../../../errors.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import { ANNOTATION_TOLD, LABEL_MIGRATION } from './name.ts';
import type { UriSource } from './options.ts';

/** A namespace in which Jobs are made. */
export interface Place {
  readonly connection: Connection;
  readonly namespace: string;
}

/** The Jobs that were made for `key`, in any attempt of the run; those being deleted are none. */
export async function findJobs(
  { connection, namespace }: Place,
  key: string,
  options: RequestOptions,
): Promise<readonly Job[]> {
  const { items } = await connection.request<{ readonly items: readonly Job[] | null }>(
    {
      method: 'GET',
      path: collectionPath(RESOURCES.jobs, namespace),
      query: { labelSelector: `${LABEL_MIGRATION}=${key}` },
      purpose: `list the Jobs of this run in namespace ${namespace}`,
    },
    options,
  );
  const { apiVersion, kind } = RESOURCES.jobs;
  return (items ?? [])
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((job) => ({ ...job, apiVersion, kind }));
}

/**
 * Creates an object; where one of that name is there, gives that.
 * @throws ApiError
 */
export async function createOrRead<T extends KubeObject>(
  { connection, namespace }: Place,
  resource: Resource,
  body: KubeObject,
  options: RequestOptions,
): Promise<T> {
  const { name } = body.metadata;
  try {
    return await connection.request<T>(
      {
        method: 'POST',
        path: collectionPath(resource, namespace),
        query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' },
        body,
        purpose: `create ${objectName(body.kind, name)} in namespace ${namespace}`,
      },
      options,
    );
  } catch (error) {
    if (!hasCode(error, 409)) throw error;
    const live = await readObject<T>(connection, resource, namespace, name, options);
    if (!live) throw error;
    return live;
  }
}

/** Lets a Job begin that was made suspended; gives it as it is then. */
export async function resume(place: Place, job: Job, options: RequestOptions): Promise<Job> {
  const operations = [{ op: 'replace', path: '/spec/suspend', value: false }] as const;
  return await patchObject<Job>(
    place.connection,
    RESOURCES.jobs,
    place.namespace,
    job.metadata.name,
    operations,
    options,
  );
}

/**
 * Lets the cluster remove a Job that many seconds after its end, and what goes with it.
 * @param told whether its end has been told
 */
export async function removeAfter(
  { connection, namespace }: Place,
  { metadata: { name, uid } }: Job,
  { seconds, told }: { readonly seconds: number; readonly told: boolean },
  options: RequestOptions,
): Promise<void> {
  const mark = `/metadata/annotations/${pointerSegment(ANNOTATION_TOLD)}`;
  const operations = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'add', path: '/spec/ttlSecondsAfterFinished', value: seconds },
    ...(told ? [{ op: 'add', path: mark, value: 'true' } as const] : []),
  ] as const;
  await patchObject(connection, RESOURCES.jobs, namespace, name, operations, options);
}

/** Deletes the Secret that was made for a Job; that it is gone is no error. */
export async function removeSecret(
  { connection, namespace }: Place,
  name: string,
  options: RequestOptions,
): Promise<void> {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } };
  await deleteObject(connection, RESOURCES.secrets, secret, options);
}

/**
 * Makes sure that the Secret with the connection string is there, and has the key. Who may not read
 * Secrets goes on: the pod will tell.
 * @throws UserError when it is not
 */
export async function requireSecret(
  { connection, namespace }: Place,
  { name, key }: UriSource & { readonly kind: 'secret' },
  options: RequestOptions,
): Promise<void> {
  let secret: KubeObject | undefined;
  try {
    secret = await readObject(connection, RESOURCES.secrets, namespace, name, options);
  } catch (error) {
    if (hasCode(error, 403)) return;
    throw error;
  }
  if (!secret) {
    throw new UserError(
      `The input "uri-secret": there is no Secret ${name} in namespace ${namespace}; nothing was run. ` +
        `Create it: kubectl -n ${namespace} create secret generic ${name} --from-literal=${key}=mongodb://…`,
      { failureReason: 'SecretNotFound' },
    );
  }
  const keys = Object.keys((secret.data ?? {}) as object);
  if (keys.includes(key)) return;
  const has = keys.length > 0 ? `has ${keys.sort().join(', ')}` : 'is empty';
  throw new UserError(
    `The input "uri-secret": the Secret ${name} in namespace ${namespace} has no key ${key} (it ${has}); nothing was run. ` +
      `Name one that it has, or add it: kubectl -n ${namespace} edit secret ${name}`,
    { failureReason: 'SecretKeyNotFound' },
  );
}
