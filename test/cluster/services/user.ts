import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Cluster } from '../cluster.ts';
import { createSigningRequest } from '../control-plane/pki.ts';
import { clusterPaths } from '../state.ts';

export interface User {
  readonly name: string;
  /** `system:masters` is refused by the API server. */
  readonly groups?: readonly string[];
}

function signingRequest(pem: string) {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { generateName: 'paal-user-' },
    spec: {
      request: Buffer.from(pem).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    },
  };
}

/**
 * Makes a kubeconfig for a user of a cluster, who may do nothing until a RoleBinding names the user
 * or one of the groups, and gives its path. The cluster itself signs the certificate
 * (https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/).
 */
export async function userKubeconfig(cluster: Cluster, user: User): Promise<string> {
  const { users } = clusterPaths(cluster.directory);
  await mkdir(users, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(users, `${encodeURIComponent(user.name)}-`));
  const at = (file: string) => join(folder, file);
  const kubectl = async (kubeconfig: string, args: readonly string[], input = '') =>
    (await execa(cluster.kubectl, ['--kubeconfig', kubeconfig, ...args], { input })).stdout;
  const asAdministrator = (args: readonly string[], input?: string) =>
    kubectl(cluster.kubeconfig, args, input);

  const { request, key } = await createSigningRequest({
    commonName: user.name,
    organizations: user.groups ?? [],
  });
  const object = JSON.stringify(signingRequest(request));
  const name = await asAdministrator(['create', '-f', '-', '-o', 'name'], object);
  await asAdministrator(['certificate', 'approve', name.split('/').at(-1) ?? '']);
  await asAdministrator(['wait', name, '--for=jsonpath={.status.certificate}', '--timeout=20s']);
  const issued = await asAdministrator(['get', name, '-o', 'jsonpath={.status.certificate}']);
  await asAdministrator(['delete', name, '--wait=false']);

  await writeFile(at('tls.crt'), Buffer.from(issued, 'base64'));
  await writeFile(at('tls.key'), key, { mode: 0o600 });
  const whole = at('kubeconfig.whole');
  await copyFile(cluster.kubeconfig, whole);
  await kubectl(whole, [
    ...['config', 'set-credentials', user.name, '--embed-certs'],
    ...[`--client-certificate=${at('tls.crt')}`, `--client-key=${at('tls.key')}`],
  ]);
  await kubectl(whole, ['config', 'set-context', '--current', '--user', user.name]);
  // The administrator's own access stays out of it.
  const reduced = await kubectl(whole, ['config', 'view', '--raw', '--minify']);
  await writeFile(at('kubeconfig'), reduced, { mode: 0o600 });
  await rm(whole);
  return at('kubeconfig');
}
