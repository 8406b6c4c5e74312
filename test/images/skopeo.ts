import { UserError } from '@paal/core/errors';
import { ExecaError, execa } from 'execa';
import { ensurePackages } from '../cluster/programs/debian-packages.ts';
import type { Options } from './storage.ts';

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/** Copies an image from one place to another, as skopeo names places (containers-transports(5)). */
export async function copyImage(from: string, to: string, options: Options = {}): Promise<void> {
  const { progress = () => {}, signal } = options;
  const { skopeo } = await ensurePackages(['skopeo'], progress, signal);
  const insecure = [
    ...(from.startsWith('docker://localhost:') ? ['--src-tls-verify=false'] : []),
    ...(to.startsWith('docker://localhost:') ? ['--dest-tls-verify=false'] : []),
  ];
  try {
    await execa(skopeo, ['copy', '--quiet', ...insecure, from, to], {
      all: true,
      ...(signal ? { cancelSignal: signal } : {}),
    });
  } catch (error) {
    if (!(error instanceof ExecaError) || error.isCanceled) throw error;
    const said = String(error.all || error.shortMessage).trim();
    throw new UserError(`The image ${from} could not be copied to ${to}: ${said}`, {
      cause: error,
    });
  }
}

function placeOf(name: string) {
  const [, registry = '', repository = '', tag = ''] = /^([^/]+)\/(.+):([^:/]+)$/.exec(name) ?? [];
  return { registry, manifests: `http://${registry}/v2/${repository}/manifests`, tag };
}

/**
 * The digest of the image `name` in a registry that is spoken to without TLS; `undefined` when it is
 * not there.
 * @throws UserError when the registry does not answer
 */
export async function digestInRegistry(name: string): Promise<string | undefined> {
  const { registry, manifests, tag } = placeOf(name);
  let response: Response;
  try {
    response = await fetch(`${manifests}/${tag}`, {
      method: 'HEAD',
      headers: { accept: MANIFESTS },
    });
  } catch (error) {
    throw new UserError(`The registry ${registry} does not answer. Does it run?`, { cause: error });
  }
  return response.ok ? (response.headers.get('docker-content-digest') ?? undefined) : undefined;
}

/** Deletes the image `name`, with all of its tags, from a registry that allows it. */
export async function deleteFromRegistry(name: string): Promise<void> {
  const digest = await digestInRegistry(name);
  const { manifests } = placeOf(name);
  const { ok, status } = await fetch(`${manifests}/${digest}`, { method: 'DELETE' });
  if (!ok) throw new Error(`${name} could not be deleted: the registry answered ${status}`);
}
