import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterPaths } from '../state.ts';
import type { Credentials } from './api-client.ts';
import { kubeconfig } from './kubeconfig.ts';
import { createAuthority, type KeyPair, type Subject } from './pki.ts';

/** The components that talk to the API server, with the names under which RBAC knows them. */
const CLIENTS = {
  'kube-controller-manager': { commonName: 'system:kube-controller-manager' },
  'kube-scheduler': { commonName: 'system:kube-scheduler' },
  'kube-proxy': { commonName: 'system:kube-proxy' },
} as const satisfies Readonly<Record<string, Subject>>;

const ADMINISTRATOR: Subject = {
  commonName: 'kubernetes-admin',
  organizations: ['system:masters'],
};

export interface IdentitySettings {
  readonly directory: string;
  /** What the cluster is called in the administrator's kubeconfig. */
  readonly name: string;
  /** Where components reach the API server, and where the host does. */
  readonly server: string;
  readonly serverFromHost: string;
  /** The names and addresses in the certificate of the API server. */
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  /** The node that gets a kubelet, where there is a real one. */
  readonly node?: { readonly name: string; readonly address: string };
}

export interface Identities {
  /** The administrator, from the host. */
  readonly administrator: Credentials;
}

/** The files that the components read, by the names that their arguments use. */
export function identityFiles(directory: string) {
  const { pki, kubeconfigs } = clusterPaths(directory);
  const pair = (name: string) => ({
    certificate: join(pki, `${name}.crt`),
    key: join(pki, `${name}.key`),
  });
  return {
    authority: pair('ca'),
    apiServer: pair('apiserver'),
    apiServerAsKubeletClient: pair('apiserver-kubelet-client'),
    kubeletServer: pair('kubelet'),
    serviceAccounts: { public: join(pki, 'sa.pub'), private: join(pki, 'sa.key') },
    /** The kubeconfig of a component; `administrator` is for services beside the components. */
    kubeconfig: (component: keyof typeof CLIENTS | 'kubelet' | 'administrator') =>
      join(kubeconfigs, component),
  };
}

/** Writes the authority, the certificates and the kubeconfigs of a new cluster. */
export async function writeIdentities(settings: IdentitySettings): Promise<Identities> {
  const { directory, name, node } = settings;
  const paths = clusterPaths(directory);
  const files = identityFiles(directory);
  for (const folder of [paths.pki, paths.kubeconfigs]) await mkdir(folder, { mode: 0o700 });

  const save = async (pair: KeyPair, place: { certificate: string; key: string }) => {
    await writeFile(place.certificate, pair.certificate);
    await writeFile(place.key, pair.key, { mode: 0o600 });
  };
  const authority = await createAuthority(name);
  const credentials = (pair: KeyPair, server: string): Credentials => ({
    server,
    authority: authority.certificate,
    ...pair,
  });
  const saveKubeconfig = async (file: string, pair: KeyPair, server: string) =>
    writeFile(file, kubeconfig(name, credentials(pair, server)), { mode: 0o600 });

  await save(authority, files.authority);
  const serving = {
    commonName: 'kube-apiserver',
    dnsNames: settings.dnsNames,
    addresses: settings.addresses,
  };
  await save(await authority.issue(serving), files.apiServer);
  for (const component of Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]) {
    const pair = await authority.issue(CLIENTS[component]);
    await saveKubeconfig(files.kubeconfig(component), pair, settings.server);
  }
  if (node) {
    const asClient = { commonName: 'kube-apiserver', organizations: ['system:masters'] };
    await save(await authority.issue(asClient), files.apiServerAsKubeletClient);
    const kubelet = {
      commonName: `system:node:${node.name}`,
      organizations: ['system:nodes'],
      dnsNames: [node.name],
      addresses: [node.address],
    };
    const pair = await authority.issue(kubelet);
    await save(pair, files.kubeletServer);
    await saveKubeconfig(files.kubeconfig('kubelet'), pair, settings.server);
  }

  const accounts = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await writeFile(files.serviceAccounts.public, accounts.publicKey);
  await writeFile(files.serviceAccounts.private, accounts.privateKey, { mode: 0o600 });

  const administrator = await authority.issue(ADMINISTRATOR);
  await saveKubeconfig(paths.kubeconfig, administrator, settings.serverFromHost);
  await saveKubeconfig(files.kubeconfig('administrator'), administrator, settings.server);
  return { administrator: credentials(administrator, settings.serverFromHost) };
}
