/** What a test's workload is made of; everything else is as small and quick as it can be. */
export interface WebOptions {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly name?: string;
  readonly image: string;
  readonly replicas?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Further fields of the container, such as envFrom or resources. */
  readonly container?: object;
  /** Further fields of the pod's spec, such as volumes or initContainers. */
  readonly pod?: object;
  /** Further fields of the workload's spec, such as paused or strategy. */
  readonly spec?: object;
  /** Without one the container counts as ready as soon as it has started. */
  readonly probe?: boolean;
}

/** The part of the spec that is the kind's own. */
function ownSpec(kind: NonNullable<WebOptions['kind']>, replicas: number): object {
  if (kind === 'DaemonSet') return {};
  if (kind === 'StatefulSet') return { replicas, serviceName: '' };
  return { replicas, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
}

/** A Deployment, or another workload, of the test application, as a manifest. */
export function web(options: WebOptions): object {
  const { kind = 'Deployment', name = 'web', image, env = {}, probe = true } = options;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels: { app: name } },
    spec: {
      selector: { matchLabels: { app: name } },
      ...ownSpec(kind, options.replicas ?? 1),
      ...options.spec,
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name,
              image,
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
              ...(probe
                ? { readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 } }
                : {}),
              ...options.container,
            },
          ],
          ...options.pod,
        },
      },
    },
  };
}

/** A Job's manifest. */
export interface Job {
  readonly kind: 'Job';
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly object[] } };
  };
  readonly [field: string]: unknown;
}

/** A Job of the test application that is tried once. */
export function job(name: string, image: string, env: Readonly<Record<string, string>> = {}): Job {
  const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
  const containers = [{ name, image, env: variables }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers } } },
  } as Job;
}

/** A Service for the pods of an app. */
export function service(name: string, app = name): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] },
  };
}
