import { warning } from '@paal/core/action/log';
import type { Connection } from '@paal/core/cluster/connection';
import { collectionPath, RESOURCES } from '@paal/core/cluster/object';
import { UserError } from '@paal/core/errors';
import { dockerLogin } from '@paal/core/registry/docker-config';
import { registryClient } from '@paal/core/registry/registry';
import { findGoneImages, judgeGone, restoredImages } from '@paal/core/rollback/gone-images';
import type { Source } from '@paal/core/rollback/sources';
import type { RollbackTarget } from '@paal/core/rollback/target';
import type { Pod } from '@paal/core/workload/types';

async function podsIn(connection: Connection, namespace: string, signal: AbortSignal) {
  const { items } = await connection.request<{ readonly items: readonly Pod[] | null }>(
    {
      method: 'GET',
      path: collectionPath(RESOURCES.pods, namespace),
      purpose: `list the pods in namespace ${namespace}`,
    },
    { signal },
  );
  return items ?? [];
}

/**
 * Asks the registries for the images that are to run again, where they may be asked.
 * @throws UserError when the rollback could not start a pod for want of one
 */
export async function checkImages(
  connection: Connection,
  { sources }: RollbackTarget,
  from: readonly Source[],
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const images = from.flatMap(({ release, content }) => {
    const names = [...sources].flatMap(([name, source]) => (source === release ? [name] : []));
    return restoredImages(content, names);
  });
  const registries = registryClient((registry) => dockerLogin(registry, process.env));
  const gone = await findGoneImages(images, registries, signal).finally(registries.close);
  if (gone.length === 0) return;
  const judged = judgeGone(gone, await podsIn(connection, namespace, signal));
  const fatal = judged.filter((one) => one.fatal).map(({ message }) => message);
  if (fatal.length > 0) {
    throw new UserError(
      `${fatal.join(' ')} Nothing was changed. Push what is gone again, or go back to another release.`,
      { failureReason: 'ImageNotFound' },
    );
  }
  for (const { message } of judged) warning(message);
}
