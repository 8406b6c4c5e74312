import { DNS_ADDRESS } from './addresses.ts';
import { systemImage } from './system-images.ts';

/** An object, and the collection in which it is created. */
export interface SystemObject {
  readonly collection: string;
  readonly object: unknown;
}

const namespace = 'kube-system';
const name = 'coredns';
const labels = { 'k8s-app': 'kube-dns' };
const READY_PORT = 8181;

/** Names of the cluster are answered; no other exists, as nothing leads outside. */
const COREFILE = `cluster.local:53 in-addr.arpa:53 ip6.arpa:53 {
  errors
  ready :${READY_PORT}
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
  }
  loadbalance
}
.:53 {
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;

const deployment = {
  metadata: { name, namespace, labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: name,
        priorityClassName: 'system-cluster-critical',
        dnsPolicy: 'Default',
        containers: [
          {
            name,
            image: systemImage('coredns'),
            imagePullPolicy: 'Never',
            args: ['-conf', '/etc/coredns/Corefile'],
            ports: [
              { name: 'dns', containerPort: 53, protocol: 'UDP' },
              { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
            ],
            readinessProbe: { httpGet: { path: '/ready', port: READY_PORT }, periodSeconds: 1 },
            volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }],
          },
        ],
        volumes: [{ name: 'config', configMap: { name } }],
      },
    },
  },
};

const service = {
  metadata: { name: 'kube-dns', namespace, labels },
  spec: {
    clusterIP: DNS_ADDRESS,
    selector: labels,
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    ],
  },
};

const role = {
  metadata: { name: 'system:coredns' },
  rules: [
    {
      apiGroups: [''],
      resources: ['services', 'pods', 'namespaces'],
      verbs: ['list', 'watch'],
    },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  ],
};

const roleBinding = {
  metadata: { name: 'system:coredns' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
  subjects: [{ kind: 'ServiceAccount', name, namespace }],
};

const core = `/api/v1/namespaces/${namespace}`;
const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** Where the Deployment of CoreDNS is read. */
export const DNS_DEPLOYMENT = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;

/** CoreDNS as the cluster's name server, in an order in which the objects can be created. */
export const dnsObjects: readonly SystemObject[] = [
  { collection: `${core}/serviceaccounts`, object: { metadata: { name, namespace } } },
  { collection: `${rbac}/clusterroles`, object: role },
  { collection: `${rbac}/clusterrolebindings`, object: roleBinding },
  {
    collection: `${core}/configmaps`,
    object: { metadata: { name, namespace }, data: { Corefile: COREFILE } },
  },
  { collection: `${core}/services`, object: service },
  { collection: `/apis/apps/v1/namespaces/${namespace}/deployments`, object: deployment },
];
