import { readFileSync } from 'node:fs';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';
import { proxyFor } from './proxy.ts';

/** The part of a kubeconfig's `exec` that is read here. */
interface Exec {
  readonly apiVersion?: string;
  readonly provideClusterInfo?: boolean;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
}

function clusterInfo(cluster: Cluster): object {
  const authority = cluster.caFile ? readFileSync(cluster.caFile).toString('base64') : undefined;
  return {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.skipTLSVerify || undefined,
    'certificate-authority-data': cluster.caData ?? authority,
    'proxy-url': cluster.proxyUrl,
  };
}

/**
 * The user, with what kubectl tells a credential plugin about itself and the cluster
 * (k8s.io/client-go/plugin/pkg/client/auth/exec/exec.go); client-node tells it nothing.
 */
function withExecInfo(user: User, cluster: Cluster): User {
  const exec = user.exec as Exec | undefined;
  if (!exec) return user;
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}),
    },
  };
  const variable = { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) };
  return { ...user, exec: { ...exec, env: [...(exec.env ?? []), variable] } };
}

/**
 * The current context of a kubeconfig, without what client-node keeps in it: a credential plugin's
 * token without an expiry it keeps for ever. With the proxy that the environment names, and what
 * credential plugins expect to be told, both as kubectl does it.
 */
export function freshKubeConfig(
  config: KubeConfig,
  env: Readonly<Record<string, string | undefined>>,
): KubeConfig {
  const current = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const context = config.getContextObject(config.getCurrentContext());
  const result = new KubeConfig();
  if (!current || !context) return result;
  const proxyUrl = current.proxyUrl ?? proxyFor(current.server, env);
  const cluster = { ...current, ...(proxyUrl ? { proxyUrl } : {}) };
  result.loadFromOptions({
    clusters: [cluster],
    users: user ? [withExecInfo(user, cluster)] : [],
    contexts: [context],
    currentContext: context.name,
  });
  return result;
}
