/** What a test's Deployment is made of; everything else is as small and quick as it can be. */
export interface WebOptions {
  readonly name?: string;
  readonly image: string;
  readonly replicas?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Further fields of the container, such as envFrom or resources. */
  readonly container?: object;
  /** Further fields of the pod's spec, such as volumes or initContainers. */
  readonly pod?: object;
  /** Further fields of the Deployment's spec, such as paused or strategy. */
  readonly spec?: object;
  /** Without one the container counts as ready as soon as it has started. */
  readonly probe?: boolean;
}

/** A Deployment of the test application, as a manifest. */
export function web(options: WebOptions): object {
  const { name = 'web', image, replicas = 1, env = {}, probe = true } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
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
