import { UserError } from '../../errors.ts';
import type { LiveWorkload } from '../../workload/live.ts';
import { templateOf } from '../../workload/template.ts';
import type { Container } from '../../workload/types.ts';
import { type Look, nameOf } from './look.ts';

interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
}

function portsOf({ ports }: Container): readonly ContainerPort[] {
  return (ports ?? []) as readonly ContainerPort[];
}

/** The port that the kubelet asks whether the container is ready. */
function probedPort(container: Container): number | undefined {
  const { httpGet } = (container.readinessProbe ?? {}) as {
    readonly httpGet?: { readonly port?: number | string };
  };
  const port = httpGet?.port;
  if (typeof port === 'number') return port;
  return portsOf(container).find(({ name }) => name !== undefined && name === port)?.containerPort;
}

/**
 * The number of the port at which pods made from `containers` are asked: the one that is wanted, by
 * number or name; else the first of the first container that has one, or, where it has none, the one
 * that its readiness probe asks. `undefined` where there is none. Pure.
 */
export function portOf(
  containers: readonly Container[],
  wanted: number | string | undefined,
): number | undefined {
  const written = Number(wanted);
  if (Number.isInteger(written) && written > 0) return written;
  if (typeof wanted === 'string') {
    return containers.flatMap(portsOf).find(({ name }) => name === wanted)?.containerPort;
  }
  const [first] = containers;
  return first && (portsOf(first)[0]?.containerPort ?? probedPort(first));
}

/** A workload whose pods are asked, and at which port. */
export interface Asked {
  readonly workload: LiveWorkload;
  readonly port: number;
}

/**
 * Where the pods of `workloads` are asked. CronJobs, whose pods come and go, are left out, and so is what
 * is not there.
 * @throws UserError when one of them has no such port
 */
export function portsFor(
  workloads: readonly LiveWorkload[],
  wanted: number | string | undefined,
  { names, named }: Pick<Look, 'names' | 'named'>,
  what: string,
): readonly Asked[] {
  const there = workloads.filter(
    ({ object, workload }) => object && (named || workload.kind !== 'CronJob'),
  );
  return there.map((workload) => {
    if (workload.workload.kind === 'CronJob') {
      throw new UserError(
        `${what} cannot ask the pods of ${nameOf(workload)}: a CronJob has none that stay.`,
      );
    }
    const template = workload.object && templateOf(workload.object);
    const port = portOf(template?.spec.containers ?? [], wanted);
    if (port !== undefined) return { workload, port };
    const missing = wanted === undefined ? 'no port' : `no port named "${wanted}"`;
    const others = names.filter((name) => name !== nameOf(workload));
    const advice =
      named || others.length === 0
        ? 'Write its "port" as a number.'
        : `Write "port" as a number, or name in "workloads" those that answer HTTP, such as [${others.join(', ')}].`;
    throw new UserError(
      `${what} cannot ask the pods of ${nameOf(workload)}: its containers have ${missing}. ${advice}`,
    );
  });
}
