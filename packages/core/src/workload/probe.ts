import type { Container, PodTemplate } from './types.ts';

/** The probes of a container, by the names of their fields. */
export type ProbeField = 'readinessProbe' | 'livenessProbe' | 'startupProbe';

/** A probe as the API server completes it (core/v1 Probe). */
interface Probe {
  readonly httpGet?: {
    readonly path?: string;
    readonly port: number | string;
    readonly scheme?: string;
  };
  readonly tcpSocket?: { readonly port: number | string };
  readonly grpc?: { readonly port: number; readonly service?: string | null };
  readonly exec?: { readonly command?: readonly string[] };
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
}

function asks({ httpGet, tcpSocket, grpc, exec }: Probe): string | undefined {
  if (httpGet) {
    const over = httpGet.scheme === 'HTTPS' ? ' over HTTPS' : '';
    return `asks GET ${httpGet.path || '/'} on port ${httpGet.port}${over}`;
  }
  if (tcpSocket) return `connects to port ${tcpSocket.port}`;
  if (grpc)
    return `asks the gRPC health service${grpc.service ? ` for ${grpc.service}` : ''} on port ${grpc.port}`;
  if (exec) return `runs "${(exec.command ?? []).join(' ')}"`;
  return undefined;
}

/**
 * What a probe of a container does, in a sentence that names its field; `undefined` where there is
 * none. Times that are not given are the API server's defaults (pkg/apis/core/v1/defaults.go).
 */
export function describeProbe(
  container: Container | undefined,
  field: ProbeField,
): string | undefined {
  const probe = container?.[field] as Probe | undefined;
  const what = probe && asks(probe);
  if (!probe || !what) return undefined;
  const { periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 } = probe;
  return (
    `The ${field} ${what} every ${periodSeconds} s, waits ${timeoutSeconds} s for an answer, and ` +
    `gives up after ${failureThreshold === 1 ? '1 failure' : `${failureThreshold} failures in a row`}.`
  );
}

/** A container of a template, init containers included. */
export function containerOf(
  template: PodTemplate | undefined,
  name: string,
): Container | undefined {
  const { containers = [], initContainers = [] } = template?.spec ?? {};
  return [...containers, ...initContainers].find((one) => one.name === name);
}
