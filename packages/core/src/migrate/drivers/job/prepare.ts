import { readObject } from '../../../cluster/apply.ts';
import type { RequestOptions } from '../../../cluster/connection.ts';
import { type KubeObject, objectName, RESOURCES } from '../../../cluster/object.ts';
import { UserError } from '../../../errors.ts';
import type { Job } from '../../../workload/kinds/job.ts';
import { workloadResource } from '../../../workload/template.ts';
import type { MigrateRequest } from '../../request.ts';
import type { DriverIo } from '../remote.ts';
import { packMigrations, packRunner } from './archive.ts';
import { isFinished, isUnbegun, jobToTakeUp } from './attach.ts';
import { jobManifest, ownedMetadata, partNames } from './manifest.ts';
import { jobName } from './name.ts';
import { createOrRead, findJobs, type Place, requireSecret, resume } from './objects.ts';
import type { JobOptions } from './options.ts';
import { mayHaveUri, type PodBase, podLike, podOfImage, podOfTemplate } from './pod-source.ts';
import { MIGRATIONS_FILE, RUNNER_FILE, START_FILE, START_SCRIPT } from './start-script.ts';

async function podBase(
  { connection, namespace }: Place,
  { pod }: JobOptions,
  options: RequestOptions,
): Promise<PodBase> {
  if (pod.kind === 'image') return podOfImage(pod.image);
  if (pod.kind === 'template') return podOfTemplate(pod.job, pod.image);
  const { kind, name } = pod.workload;
  const live = await readObject(connection, workloadResource(kind), namespace, name, options);
  if (!live) {
    throw new UserError(
      `The input "job-like": there is no ${objectName(kind, name)} in namespace ${namespace}; nothing was run. ` +
        'On the first deployment give the image with the input "image".',
    );
  }
  return podLike(live, pod.image);
}

/** What a Job needs beside it. */
interface Parts {
  readonly configMaps: readonly { readonly name: string; readonly data: object }[];
  readonly uri: string | undefined;
}

async function partsOf(
  name: string,
  { directory }: MigrateRequest,
  { runner, workspace, migrations, uri }: JobOptions,
): Promise<Parts> {
  const names = partNames(name);
  const packed = (await packRunner(runner)).toString('base64');
  const configMaps = [
    {
      name: names.runner,
      data: { data: { [START_FILE]: START_SCRIPT }, binaryData: { [RUNNER_FILE]: packed } },
    },
  ];
  const more =
    migrations === 'checkout'
      ? [
          {
            name: names.migrations,
            data: {
              binaryData: {
                [MIGRATIONS_FILE]: (await packMigrations(workspace, directory)).toString('base64'),
              },
            },
          },
        ]
      : [];
  return {
    configMaps: [...configMaps, ...more],
    uri: uri.kind === 'value' ? uri.uri : undefined,
  };
}

async function createParts(
  place: Place,
  job: KubeObject,
  parts: Parts,
  options: RequestOptions,
): Promise<void> {
  const create = async (
    kind: 'ConfigMap' | 'Secret',
    name: string,
    content: object,
  ): Promise<void> => {
    const resource = kind === 'Secret' ? RESOURCES.secrets : RESOURCES.configMaps;
    const metadata = ownedMetadata(job, name);
    const body = { apiVersion: 'v1', kind, metadata, immutable: true, ...content };
    await createOrRead(place, resource, body, options);
  };
  for (const { name, data } of parts.configMaps) await create('ConfigMap', name, data);
  if (parts.uri === undefined) return;
  const { secret } = partNames(job.metadata.name);
  await create('Secret', secret, { type: 'Opaque', stringData: { uri: parts.uri } });
}

/** The Job of this run and request, and whether it was there before this step. */
export interface Prepared {
  readonly job: Job;
  readonly attached: boolean;
}

/**
 * The Job that is to be followed: that of this very step where it is there and runs, or has ended in
 * this attempt; else a new one. `onMade` hears of a new one before it may run.
 * @throws UserError when something is missing; then nothing is run
 */
export async function prepareJob(
  place: Place,
  request: MigrateRequest,
  options: JobOptions,
  key: string,
  io: DriverIo,
  onMade: (job: Job) => void,
): Promise<Prepared> {
  const { signal } = io;
  const found = await findJobs(place, key, { signal });
  const own = jobName(options.run, key);
  const live = jobToTakeUp(found, own);
  if (live && !isUnbegun(live)) return { job: live, attached: true };
  const { uri } = options;
  if (uri.kind === 'secret') await requireSecret(place, uri, { signal });
  const base = await podBase(place, options, { signal });
  if (uri.kind === 'environment' && !mayHaveUri(base)) {
    throw new UserError(
      'Nothing gives the Job a connection string: set the input "uri-secret" (NAME/KEY) or "uri", or ' +
        'have MONGODB_URI in the environment of the container.',
    );
  }
  if (base.without.length > 0) {
    io.info(`Without the volumes that only one pod may have: ${base.without.join(', ')}`);
  }
  const parts = await partsOf(live?.metadata.name ?? own, request, options);
  const manifest = jobManifest(request, options, base, key);
  const job = live ?? (await createOrRead<Job>(place, RESOURCES.jobs, manifest, { signal }));
  onMade(job);
  if (isFinished(job)) return { job, attached: true };
  await createParts(place, job, parts, { signal });
  return { job: await resume(place, job, { signal }), attached: live !== undefined };
}
