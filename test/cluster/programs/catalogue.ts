import type { PackageName } from './debian-packages.ts';

/** Where this machine's programs run: as Go and most release pages name it. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

export interface Release {
  readonly url: string;
  /** Where the publisher lists the SHA-256 of `url`'s file. */
  readonly checksums: string;
  /** Path of the program in the archive; absent where `url` is the program itself. */
  readonly member?: string;
}

interface Published {
  readonly version: string;
  /** The name of the program's file, where that is not its name here. */
  readonly executable?: string;
  /** Arguments that make it print its version; absent for programs that exist only here. */
  readonly versionArguments?: readonly string[];
  /** Absent where the publisher offers no program, or none with a checksum. */
  readonly release?: (platform: Platform) => Release;
}

/** A program that is built where it cannot be downloaded. */
export interface GoProgram extends Published {
  /** The folder of its go.mod beside this file. */
  readonly module: string;
  readonly package: string;
  /** Go build tags. */
  readonly tags?: readonly string[];
  /** Go linker variables, such as the version that it reports. */
  readonly variables?: Readonly<Record<string, string>>;
  /** About how long a build takes on two cores when nothing is cached. */
  readonly minutes: number;
}

/**
 * A program that Debian's package brings where it cannot be downloaded, as Debian has it: for what is
 * asked of it, that is no difference.
 */
export interface DebianProgram extends Published {
  readonly debian: PackageName;
}

export type Program = GoProgram | DebianProgram;

const KUBERNETES = '1.37.2';
const KUBERNETES_VERSION = 'k8s.io/component-base/version';

function kubernetes(name: string, minutes: number, versionArguments = ['--version']): GoProgram {
  const [major = '', minor = ''] = KUBERNETES.split('.');
  return {
    version: KUBERNETES,
    versionArguments,
    release: ({ os, arch }) => {
      const url = `https://dl.k8s.io/release/v${KUBERNETES}/bin/${os}/${arch}/${name}`;
      return { url, checksums: `${url}.sha256` };
    },
    module: 'kubernetes',
    package: `k8s.io/kubernetes/cmd/${name}`,
    variables: {
      [`${KUBERNETES_VERSION}.gitVersion`]: `v${KUBERNETES}`,
      [`${KUBERNETES_VERSION}.gitMajor`]: major,
      [`${KUBERNETES_VERSION}.gitMinor`]: minor,
    },
    minutes,
  };
}

function github(repository: string, version: string, file: string): string {
  return `https://github.com/${repository}/releases/download/v${version}/${file}`;
}

/** A program in a release of Prometheus's organisation; most carry one of the repository's name. */
function prometheusProgram(repository: string, version: string, program = repository) {
  return {
    version,
    versionArguments: ['--version'],
    release: ({ os, arch }: Platform): Release => {
      const folder = `${repository}-${version}.${os}-${arch}`;
      return {
        url: github(`prometheus/${repository}`, version, `${folder}.tar.gz`),
        checksums: github(`prometheus/${repository}`, version, 'sha256sums.txt'),
        member: `${folder}/${program}`,
      };
    },
  } as const satisfies Published;
}

const PROMETHEUS = '3.15.1';
const ALERTMANAGER = '0.31.1';
const PROMETHEUS_VERSION = 'github.com/prometheus/common/version.Version';

/** Every program that the test cluster can ask for, with its pinned version and its sources. */
export const catalogue = {
  kubectl: kubernetes('kubectl', 1, ['version', '--client']),
  'kube-apiserver': kubernetes('kube-apiserver', 4),
  'kube-controller-manager': kubernetes('kube-controller-manager', 2),
  'kube-scheduler': kubernetes('kube-scheduler', 1),
  kubelet: kubernetes('kubelet', 1),
  'kube-proxy': kubernetes('kube-proxy', 1),
  etcd: {
    version: '3.7.3',
    versionArguments: ['--version'],
    release: ({ os, arch }) => ({
      url: github('etcd-io/etcd', '3.7.3', `etcd-v3.7.3-${os}-${arch}.tar.gz`),
      checksums: github('etcd-io/etcd', '3.7.3', 'SHA256SUMS'),
      member: `etcd-v3.7.3-${os}-${arch}/etcd`,
    }),
    module: 'etcd',
    package: 'go.etcd.io/etcd/server/v3',
    minutes: 1,
  },
  coredns: {
    version: '1.15.0',
    versionArguments: ['-version'],
    release: ({ os, arch }) => {
      const url = github('coredns/coredns', '1.15.0', `coredns_1.15.0_${os}_${arch}.tgz`);
      return { url, checksums: `${url}.sha256`, member: 'coredns' };
    },
    module: 'coredns',
    package: 'github.com/coredns/coredns',
    minutes: 2,
  },
  registry: {
    version: '3.1.2',
    versionArguments: ['--version'],
    release: ({ os, arch }) => {
      const file = `registry_3.1.2_${os}_${arch}.tar.gz`;
      const url = github('distribution/distribution', '3.1.2', file);
      return { url, checksums: `${url}.sha256`, member: 'registry' };
    },
    module: 'registry',
    package: 'github.com/distribution/distribution/v3/cmd/registry',
    variables: { 'github.com/distribution/distribution/v3/version.version': '3.1.2' },
    minutes: 1,
  },
  pause: {
    version: '1',
    module: 'pause',
    package: '.',
    minutes: 1,
  },
  kwok: {
    version: '0.8.0',
    versionArguments: ['--version'],
    module: 'kwok',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    variables: { 'sigs.k8s.io/kwok/pkg/consts.Version': 'v0.8.0' },
    minutes: 1,
  },
  act: {
    version: '0.2.89',
    versionArguments: ['--version'],
    release: ({ os, arch }) => {
      const system = os === 'darwin' ? 'Darwin' : 'Linux';
      const machine = arch === 'amd64' ? 'x86_64' : arch;
      return {
        url: github('nektos/act', '0.2.89', `act_${system}_${machine}.tar.gz`),
        checksums: github('nektos/act', '0.2.89', 'checksums.txt'),
        member: 'act',
      };
    },
    module: 'act',
    package: 'github.com/nektos/act',
    minutes: 1,
  },
  actionlint: {
    version: '1.7.12',
    versionArguments: ['-version'],
    release: ({ os, arch }) => ({
      url: github('rhysd/actionlint', '1.7.12', `actionlint_1.7.12_${os}_${arch}.tar.gz`),
      checksums: github('rhysd/actionlint', '1.7.12', 'actionlint_1.7.12_checksums.txt'),
      member: 'actionlint',
    }),
    module: 'actionlint',
    package: 'github.com/rhysd/actionlint/cmd/actionlint',
    variables: { 'github.com/rhysd/actionlint.version': '1.7.12' },
    minutes: 1,
  },
  helm: {
    version: '4.3.1',
    versionArguments: ['version', '--short'],
    release: ({ os, arch }) => {
      const url = `https://get.helm.sh/helm-v4.3.1-${os}-${arch}.tar.gz`;
      return { url, checksums: `${url}.sha256`, member: `${os}-${arch}/helm` };
    },
    module: 'helm',
    package: 'helm.sh/helm/v4/cmd/helm',
    variables: { 'helm.sh/helm/v4/internal/version.version': 'v4.3.1' },
    minutes: 2,
  },
  prometheus: {
    ...prometheusProgram('prometheus', PROMETHEUS),
    // The versions of its Go modules count the same releases in another way.
    module: 'prometheus',
    package: 'github.com/prometheus/prometheus/cmd/prometheus',
    // The service discoveries of all clouds would triple the build.
    tags: ['remove_all_sd', 'enable_kubernetes_sd'],
    variables: { [PROMETHEUS_VERSION]: PROMETHEUS },
    minutes: 3,
  },
  // Debian builds it without kubernetes_sd_configs. Most tests need none, and no build of minutes.
  'prometheus-without-discovery': {
    ...prometheusProgram('prometheus', PROMETHEUS),
    executable: 'prometheus',
    debian: 'prometheus',
  },
  // Debian's knows no kubernetes_sd_configs either; it tests rules as well as the release does.
  promtool: {
    ...prometheusProgram('prometheus', PROMETHEUS, 'promtool'),
    debian: 'promtool',
  },
  alertmanager: {
    ...prometheusProgram('alertmanager', ALERTMANAGER),
    debian: 'prometheus-alertmanager',
  },
  // Debian's is older than the url_file of webhooks, and would refuse a configuration without secrets.
  amtool: {
    ...prometheusProgram('alertmanager', ALERTMANAGER, 'amtool'),
    module: 'amtool',
    package: 'github.com/prometheus/alertmanager/cmd/amtool',
    variables: { [PROMETHEUS_VERSION]: ALERTMANAGER },
    minutes: 1,
  },
  pushgateway: {
    ...prometheusProgram('pushgateway', '1.11.3'),
    debian: 'prometheus-pushgateway',
  },
  podprobe: {
    version: '3',
    module: 'podprobe',
    package: '.',
    minutes: 1,
  },
  ferretdb: {
    version: '1.24.2',
    module: 'ferretdb',
    package: '.',
    minutes: 1,
  },
} as const satisfies Readonly<Record<string, Program>>;

export type ProgramName = keyof typeof catalogue;
