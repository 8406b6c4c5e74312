import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { type ProgramPaths, programPath } from '../control-plane/components.ts';
import { identityFiles } from '../control-plane/identities.ts';
import { clusterPaths } from '../state.ts';
import type { ProcessSpec } from '../supervisor/processes.ts';
import { DNS_ADDRESS, NODE_ADDRESS, NODE_NAME, POD_RANGE } from './addresses.ts';
import { systemImage } from './system-images.ts';

const OVERLAY_FILE_SYSTEM = 0x794c7630;
/** In the cluster's own /run. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

export interface NodeSettings {
  readonly directory: string;
  readonly registryPort: number;
  readonly controlGroup: string;
  /** The folder of the CNI plugins. */
  readonly networkPlugins: string;
  /** Of containerd: `native` copies where `overlayfs` cannot lie on top of another overlay. */
  readonly snapshotter: 'overlayfs' | 'native';
}

/** The snapshotter that works on the file system of a folder. */
export async function snapshotterFor(directory: string): Promise<NodeSettings['snapshotter']> {
  const { type } = await statfs(directory);
  return type === OVERLAY_FILE_SYSTEM ? 'native' : 'overlayfs';
}

function files(directory: string) {
  const at = (...path: readonly string[]) => join(directory, ...path);
  return {
    containerd: at('containerd', 'config.toml'),
    registryHosts: at('containerd', 'certs.d'),
    network: at('cni', 'net.d', '10-paal.conflist'),
    kubelet: at('kubelet', 'config.yaml'),
    kubeProxy: at('kube-proxy', 'config.yaml'),
  };
}

function containerdConfig({ directory, networkPlugins, snapshotter }: NodeSettings): string {
  const quote = JSON.stringify;
  const place = (name: string) => quote(join(directory, 'containerd', name));
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = ${place('root')}
state = "/run/containerd"

[grpc]
address = ${quote(CONTAINERD_SOCKET)}

[plugins."io.containerd.internal.v1.opt"]
path = ${place('opt')}

[${cri}]
sandbox_image = ${quote(systemImage('pause'))}
disable_apparmor = true
restrict_oom_score_adj = true
enable_unprivileged_ports = true
enable_unprivileged_icmp = true

[${cri}.containerd]
snapshotter = ${quote(snapshotter)}

[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
SystemdCgroup = false

[${cri}.cni]
bin_dir = ${quote(networkPlugins)}
conf_dir = ${quote(dirname(files(directory).network))}

[${cri}.registry]
config_path = ${quote(files(directory).registryHosts)}
`;
}

function networkConfig(directory: string): string {
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: 'paal',
    plugins: [
      {
        type: 'ptp',
        ipam: {
          type: 'host-local',
          dataDir: join(directory, 'cni', 'addresses'),
          ranges: [[{ subnet: POD_RANGE }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  });
}

function kubeletConfig({ directory, controlGroup }: NodeSettings): string {
  const identities = identityFiles(directory);
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: identities.authority.certificate },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: identities.kubeletServer.certificate,
    tlsPrivateKeyFile: identities.kubeletServer.key,
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: '',
    healthzPort: 0,
    podLogsDir: join(directory, 'pod-logs'),
    volumePluginDir: join(directory, 'kubelet', 'volume-plugins'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${controlGroup}`,
    failCgroupV1: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    maxPods: 250,
    serializeImagePulls: false,
    // Zero is no limit: tests read every event, and pull many images at once.
    registryPullQPS: 0,
    eventRecordQPS: 0,
    // A full disk or little memory is the machine's state, not what a test is about.
    evictionHard: {
      'memory.available': '1Mi',
      'nodefs.available': '0%',
      'imagefs.available': '0%',
    },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  });
}

function kubeProxyConfig(directory: string): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    hostnameOverride: NODE_NAME,
    clusterCIDR: POD_RANGE,
    clientConnection: { kubeconfig: identityFiles(directory).kubeconfig('kube-proxy') },
    // A network namespace may not set these limits; zero leaves them alone.
    conntrack: {
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: '0s',
      tcpCloseWaitTimeout: '0s',
    },
  });
}

/** Writes what the programs of a node read. */
export async function writeNodeFiles(settings: NodeSettings): Promise<void> {
  const { directory, registryPort } = settings;
  const place = files(directory);
  const address = `http://127.0.0.1:${registryPort}`;
  const contents: readonly (readonly [string, string])[] = [
    [place.containerd, containerdConfig(settings)],
    [
      join(place.registryHosts, `localhost:${registryPort}`, 'hosts.toml'),
      `server = "${address}"\n[host."${address}"]\ncapabilities = ["pull", "resolve"]\n`,
    ],
    [place.network, networkConfig(directory)],
    [place.kubelet, kubeletConfig(settings)],
    [place.kubeProxy, kubeProxyConfig(directory)],
  ];
  for (const [file, content] of contents) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

export function containerd(directory: string, programs: ProgramPaths): ProcessSpec {
  const command = programPath(programs, 'containerd');
  return { name: 'containerd', command, args: ['--config', files(directory).containerd] };
}

export function kubelet(directory: string, programs: ProgramPaths): ProcessSpec {
  return {
    name: 'kubelet',
    command: programPath(programs, 'kubelet'),
    args: [
      `--config=${files(directory).kubelet}`,
      `--kubeconfig=${identityFiles(directory).kubeconfig('kubelet')}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NODE_ADDRESS}`,
      `--root-dir=${join(directory, 'kubelet')}`,
      `--cert-dir=${clusterPaths(directory).pki}`,
    ],
  };
}

export function kubeProxy(directory: string, programs: ProgramPaths): ProcessSpec {
  const command = programPath(programs, 'kube-proxy');
  return { name: 'kube-proxy', command, args: [`--config=${files(directory).kubeProxy}`] };
}
