import type { Connection, RequestOptions } from './connection.ts';
import { collectionPath, type KubeObject, RESOURCES } from './object.ts';

const NAME = 'paal-clock';

/**
 * The API server's time, to the second: that of a Lease that is asked to be made, and is not. So ages of
 * objects can be told without comparing its clock with ours.
 * @returns milliseconds since 1970
 * @throws ApiError when Leases may not be made in `namespace`
 */
export async function serverTime(
  connection: Connection,
  namespace: string,
  options: RequestOptions = {},
): Promise<number> {
  const { apiVersion, kind } = RESOURCES.leases;
  const { metadata } = await connection.request<KubeObject>(
    {
      method: 'POST',
      path: collectionPath(RESOURCES.leases, namespace),
      query: { dryRun: 'All' },
      body: { apiVersion, kind, metadata: { name: NAME, namespace } },
      purpose: `ask for the time in namespace ${namespace} (a dry run)`,
    },
    options,
  );
  return Date.parse(metadata.creationTimestamp ?? '');
}
