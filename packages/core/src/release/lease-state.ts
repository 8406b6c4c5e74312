import type { KubeObject } from '../cluster/object.ts';

/** A Lease of coordination.k8s.io/v1. */
export interface LeaseObject extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseTransitions?: number;
    readonly acquireTime?: string;
  };
}

/** Seconds after which a lease that was not renewed has no holder any more. */
const DURATION_SECONDS = 20;

/** How a lease was last seen with a holder. */
export interface Sighting {
  readonly version: string;
  /** When this version was first seen, on our own clock. */
  readonly since: number;
  /** Whether it has changed while we looked: then its holder runs. */
  readonly renewed: boolean;
}

/**
 * Whether the holder may still run. Its own clock says nothing, and neither does the server's: what
 * counts is for how long we have seen no change.
 */
export function isAlive({ since }: Sighting, now: number): boolean {
  return now - since < DURATION_SECONDS * 1_000;
}

/** Who has the lease; `undefined` when nobody has. */
export function heldBy({ spec }: LeaseObject): string | undefined {
  return spec?.holderIdentity || undefined;
}

/** The address of a holder's run. */
export function runOf(holder: string): string {
  return holder.replace(/#[^#]*$/, '');
}

/** A time as the API server takes it: with microseconds (MicroTime of apimachinery). */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

/** The lease with a holder, or without one, in place of `live`. */
export function leaseBody(
  name: string,
  holder: string | undefined,
  live: LeaseObject | undefined,
  now: Date,
): object {
  const { holderIdentity, leaseTransitions = 0, acquireTime } = live?.spec ?? {};
  const isSame = holder !== undefined && holderIdentity === holder;
  const time = microTime(now);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: live ? { name, resourceVersion: live.metadata.resourceVersion } : { name },
    spec: {
      holderIdentity: holder ?? '',
      leaseDurationSeconds: DURATION_SECONDS,
      acquireTime: isSame ? acquireTime : time,
      renewTime: time,
      leaseTransitions:
        isSame || holder === undefined || !live ? leaseTransitions : leaseTransitions + 1,
    },
  };
}
