import { join } from 'node:path';
import type { ProcessSpec } from '../supervisor/processes.ts';
import { identityFiles } from './identities.ts';

export const SERVICE_RANGE = '10.96.0.0/16';
/** The first address of the range is the Service `kubernetes`. */
export const API_SERVICE_ADDRESS = '10.96.0.1';

export interface ControlPlaneSettings {
  readonly directory: string;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiServerPort: number;
  /** On which address the API server listens. */
  readonly bindAddress: string;
  /** Under which address pods reach the API server; absent where there are no real pods. */
  readonly advertiseAddress?: string;
}

/** Paths of the programs by name. */
export type ProgramPaths = Readonly<Record<string, string>>;

/** The path of a program that the cluster was given. */
export function programPath(programs: ProgramPaths, name: string): string {
  const path = programs[name];
  if (path === undefined) throw new Error(`The path of ${name} is not known`);
  return path;
}

/** etcd without the safety that only data worth keeping needs, which makes it quick. */
export function etcd(settings: ControlPlaneSettings, programs: ProgramPaths): ProcessSpec {
  const client = `http://127.0.0.1:${settings.etcdPort}`;
  const peer = `http://127.0.0.1:${settings.etcdPeerPort}`;
  return {
    name: 'etcd',
    command: programPath(programs, 'etcd'),
    args: [
      '--name=etcd',
      `--data-dir=${join(settings.directory, 'etcd')}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=etcd=${peer}`,
      '--log-level=warn',
    ],
  };
}

export function apiServer(settings: ControlPlaneSettings, programs: ProgramPaths): ProcessSpec {
  const files = identityFiles(settings.directory);
  const nodes =
    settings.advertiseAddress === undefined
      ? ['--endpoint-reconciler-type=none']
      : [
          `--advertise-address=${settings.advertiseAddress}`,
          '--kubelet-preferred-address-types=InternalIP',
          `--kubelet-certificate-authority=${files.authority.certificate}`,
          `--kubelet-client-certificate=${files.apiServerAsKubeletClient.certificate}`,
          `--kubelet-client-key=${files.apiServerAsKubeletClient.key}`,
        ];
  return {
    name: 'kube-apiserver',
    command: programPath(programs, 'kube-apiserver'),
    args: [
      `--etcd-servers=http://127.0.0.1:${settings.etcdPort}`,
      `--bind-address=${settings.bindAddress}`,
      `--secure-port=${settings.apiServerPort}`,
      `--tls-cert-file=${files.apiServer.certificate}`,
      `--tls-private-key-file=${files.apiServer.key}`,
      `--cert-dir=${join(settings.directory, 'apiserver')}`,
      `--client-ca-file=${files.authority.certificate}`,
      `--service-account-key-file=${files.serviceAccounts.public}`,
      `--service-account-signing-key-file=${files.serviceAccounts.private}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      ...nodes,
    ],
  };
}

export function controllerManager(
  settings: ControlPlaneSettings,
  programs: ProgramPaths,
): ProcessSpec {
  const files = identityFiles(settings.directory);
  return {
    name: 'kube-controller-manager',
    command: programPath(programs, 'kube-controller-manager'),
    args: [
      `--kubeconfig=${files.kubeconfig('kube-controller-manager')}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${files.serviceAccounts.private}`,
      `--root-ca-file=${files.authority.certificate}`,
      `--cluster-signing-cert-file=${files.authority.certificate}`,
      `--cluster-signing-key-file=${files.authority.key}`,
      // Its controllers log in one by one: the default of 20 a second makes that take 5 s.
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ],
  };
}

export function scheduler(settings: ControlPlaneSettings, programs: ProgramPaths): ProcessSpec {
  const files = identityFiles(settings.directory);
  return {
    name: 'kube-scheduler',
    command: programPath(programs, 'kube-scheduler'),
    args: [
      `--kubeconfig=${files.kubeconfig('kube-scheduler')}`,
      '--leader-elect=false',
      '--secure-port=0',
    ],
  };
}
