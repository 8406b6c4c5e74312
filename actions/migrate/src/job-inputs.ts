import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { choiceInput, durationInput, textInput } from '@paal/core/action/inputs';
import { parseManifest } from '@paal/core/cluster/manifest';
import type { KubeObject } from '@paal/core/cluster/object';
import { errorMessage, UserError } from '@paal/core/errors';
import type {
  JobOptions,
  JobRun,
  PodSource,
  UriSource,
} from '@paal/core/migrate/drivers/job/options';
import { parseWorkload } from '@paal/core/workload/reference';
import type { Migrations } from './inputs.ts';

const DEFAULT_TIMEOUT = 1_800_000;

/** Outside of Actions every call is a run of its own. */
function jobRun(env: NodeJS.ProcessEnv): JobRun {
  return {
    id: env.GITHUB_RUN_ID || randomUUID().slice(0, 8),
    attempt: env.GITHUB_RUN_ATTEMPT || '1',
    step: `${env.GITHUB_JOB ?? ''}/${env.GITHUB_ACTION ?? ''}`,
  };
}

function uriSource(uri: string | undefined, configured: string | undefined): UriSource {
  const secret = textInput('uri-secret') ?? configured;
  if (secret === undefined)
    return uri === undefined ? { kind: 'environment' } : { kind: 'value', uri };
  const [name = '', key = '', ...rest] = secret.split('/');
  if (name === '' || key === '' || rest.length > 0) {
    throw new UserError(
      `The input "uri-secret": "${secret}" is not NAME/KEY, such as mongodb/uri.`,
    );
  }
  return { kind: 'secret', name, key };
}

async function templateOf(file: string): Promise<KubeObject> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`The input "job-template": ${file} cannot be read: ${errorMessage(error)}`);
  }
  const [first, ...others] = parseManifest(text, file).filter(
    ({ object }) => object.kind === 'Job',
  );
  if (!first || others.length > 0) {
    throw new UserError(`The input "job-template": ${file} is to have one Job.`, {
      position: { file },
    });
  }
  return first.object;
}

async function podSource(namespace: string, migrations: Migrations): Promise<PodSource> {
  const image = textInput('image') ?? migrations.image;
  const like = textInput('job-like') ?? migrations['job-like'];
  const template = textInput('job-template') ?? migrations['job-template'];
  if (like !== undefined && template !== undefined) {
    throw new UserError('The inputs "job-like" and "job-template" exclude each other; give one.');
  }
  if (template !== undefined) return { kind: 'template', job: await templateOf(template), image };
  if (like !== undefined) {
    const workload = parseWorkload(like, namespace, 'The input "job-like"');
    return { kind: 'like', workload, image };
  }
  if (image !== undefined) return { kind: 'image', image };
  throw new UserError(
    'Driver job needs to know what its pod is made from: set the input "job-like" (deployment/backend), ' +
      '"job-template" (a file), or "image".',
  );
}

/**
 * Reads the inputs of driver `job`.
 * @param namespace where neither the input nor paal.yaml names one: that of the kubeconfig
 * @throws UserError for the first one that is wrong
 */
export async function readJobInputs(
  { uri, changelog }: { readonly uri: string | undefined; readonly changelog: string },
  namespace: string,
  migrations: Migrations,
): Promise<JobOptions> {
  const own = textInput('namespace') ?? namespace;
  return {
    namespace: own,
    run: jobRun(process.env),
    pod: await podSource(own, migrations),
    uri: uriSource(uri, migrations['uri-secret']),
    // Beside the action's own bundle.
    runner: join(dirname(process.argv[1] ?? ''), 'runner'),
    migrations:
      choiceInput('job-migrations', ['image', 'checkout']) ??
      migrations['job-migrations'] ??
      'image',
    workspace: process.cwd(),
    changelog,
    timeout: durationInput('job-timeout') ?? migrations['job-timeout'] ?? DEFAULT_TIMEOUT,
    onCancel: choiceInput('on-cancel', ['leave', 'stop']) ?? 'leave',
  };
}
