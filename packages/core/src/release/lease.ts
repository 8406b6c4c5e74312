import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type AccessRule, hasCode } from '../cluster/api-error.ts';
import { readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { collectionPath, objectPath, RESOURCES } from '../cluster/object.ts';
import { errorMessage, UserError } from '../errors.ts';
import {
  heldBy,
  isAlive,
  type LeaseObject,
  leaseBody,
  runOf,
  type Sighting,
} from './lease-state.ts';

/** What taking the lease needs to be allowed to do; the built-in role `edit` grants it. */
export const LEASE_ACCESS: readonly AccessRule[] = ['get', 'create', 'update'].map((verb) => ({
  group: 'coordination.k8s.io',
  resource: 'leases',
  verb,
}));

const RENEW_EVERY = 5_000;
const LOOK_EVERY = 1_000;
/** A renewal that is not answered is made again by the next one. */
const RENEWAL: RequestOptions = { patience: 0, timeout: 4_000 };
/**
 * The end of a run does not wait long for it: it is free by itself soon. Its signal never aborts, so that
 * it is also done after a cancellation (see `hurried`).
 */
const RETURN: RequestOptions = { patience: 1_000, timeout: 2_000, signal: AbortSignal.any([]) };

/** What the lease of an app needs. */
export interface LeaseTools {
  readonly connection: Connection;
  readonly namespace: string;
  readonly app: string;
  /** Address of this run, which the others are told. */
  readonly run: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hears one sentence while another run is waited for, and when a renewal fails. */
  readonly onNotice: (text: string) => void;
}

/** The right to change an app, which one run has at a time. */
export interface Lease {
  /** The run's own signal, which also aborts when another run has taken the lease over: see `isLost`. */
  readonly signal: AbortSignal;
  /** Whether another run had it when it was asked for. */
  readonly waited: boolean;
  /** Gives it back. Where that fails, it is free by itself after 20 s. */
  giveBack(): Promise<void>;
}

/** Another run has the lease. */
export class LeaseHeldError extends UserError {
  /** Address of that run. */
  readonly run: string;

  constructor(message: string, run: string) {
    super(message);
    this.run = run;
  }
}

/** Whether the signal of a run has aborted because another run has taken its lease over. */
export function isLost(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof LeaseHeldError;
}

function leaseName(app: string): string {
  return `paal-${app}`;
}

/**
 * Takes the lease of an app: at once where nobody has it; when its holder has not renewed it for 20 s
 * on our own clock, because that run is dead; otherwise not.
 * @param patience milliseconds for which a run that has it is waited for
 * @throws LeaseHeldError that names the run which has it
 */
export async function takeLease(tools: LeaseTools, patience: number): Promise<Lease> {
  const { namespace, app, run, clock, signal, onNotice } = tools;
  const id = `${run}#${randomUUID()}`;
  const deadline = clock.now() + patience;
  let sighting: Sighting | undefined;
  for (;;) {
    const live = await read(tools, { signal });
    const holder = live && heldBy(live);
    if (live && holder !== undefined) {
      const version = live.metadata.resourceVersion ?? '';
      const isNew = sighting?.version !== version;
      const renewed: boolean = sighting !== undefined && (isNew || sighting.renewed);
      if (!sighting) onNotice(`${runOf(holder)} has the lease of ${app}. Does it still run?`);
      sighting = { version, renewed, since: isNew ? clock.now() : (sighting?.since ?? 0) };
      if (isAlive(sighting, clock.now())) {
        if (renewed && clock.now() >= deadline) {
          throw new LeaseHeldError(
            `Another run is changing ${app} in namespace ${namespace}: ${runOf(holder)}. Nothing was changed. ` +
              'Run this one again when that is over, or set wait-for-lease.',
            runOf(holder),
          );
        }
        await clock.sleep(LOOK_EVERY, signal);
        continue;
      }
      onNotice(`${runOf(holder)} has not been heard of for 20 s, and is over: its lease is taken.`);
    }
    const written = await write(tools, id, live, { signal }).catch(async (error: unknown) => {
      // It may have been taken all the same.
      if (signal.aborted) await free(tools, id, await read(tools, RETURN).catch(() => undefined));
      throw error;
    });
    if (written) return hold(tools, id, written, sighting !== undefined);
  }
}

async function read(
  { connection, namespace, app }: LeaseTools,
  options: RequestOptions,
): Promise<LeaseObject | undefined> {
  const name = leaseName(app);
  return await readObject<LeaseObject>(connection, RESOURCES.leases, namespace, name, options);
}

/** Gives the lease back where it is still ours. */
async function free(tools: LeaseTools, id: string, seen: LeaseObject | undefined): Promise<void> {
  let live = seen;
  try {
    for (let attempt = 1; attempt <= 2 && live && heldBy(live) === id; attempt += 1) {
      if (await write(tools, undefined, live, RETURN)) return;
      live = await read(tools, RETURN);
    }
  } catch (error) {
    tools.onNotice(
      `The lease of ${tools.app} was not given back, and is free in 20 s: ${errorMessage(error)}`,
    );
  }
}

/** Writes the lease as ours; `undefined` where somebody else was faster. */
async function write(
  { connection, namespace, app }: LeaseTools,
  id: string | undefined,
  live: LeaseObject | undefined,
  options: RequestOptions,
): Promise<LeaseObject | undefined> {
  const name = leaseName(app);
  const resource = RESOURCES.leases;
  const body = leaseBody(name, id, live, new Date());
  const request = live
    ? ({ method: 'PUT', path: objectPath(resource, namespace, name) } as const)
    : ({ method: 'POST', path: collectionPath(resource, namespace) } as const);
  const purpose = `${id === undefined ? 'give back' : 'take'} lease/${name} in namespace ${namespace}`;
  try {
    return await connection.request<LeaseObject>({ ...request, body, purpose }, options);
  } catch (error) {
    if (hasCode(error, 409) || (live && hasCode(error, 404))) return undefined;
    throw error;
  }
}

/**
 * Does `work` under a lease, on the plan as it is by then: another run that was waited for has made the
 * first one out of date. The lease is given back, however `work` ends.
 */
export async function withLease<P, T>(
  lease: Lease,
  first: P,
  planAgain: () => Promise<P>,
  work: (plan: P, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await work(lease.waited ? await planAgain() : first, lease.signal);
  } finally {
    await lease.giveBack();
  }
}

/** Keeps a lease that was taken, until it is given back or lost. */
function hold(tools: LeaseTools, id: string, taken: LeaseObject, waited: boolean): Lease {
  const { namespace, app, clock, signal, onNotice } = tools;
  const over = new AbortController();
  const lost = new AbortController();
  let live: LeaseObject | undefined = taken;

  const renew = async (): Promise<void> => {
    const options = { ...RENEWAL, signal: over.signal };
    const written = await write(tools, id, live, options);
    if (written) {
      live = written;
      return;
    }
    // What is there in place of what we last wrote.
    live = await read(tools, options);
    const holder = live && heldBy(live);
    if (holder === undefined || holder === id) return;
    const run = runOf(holder);
    const message = `Another run has taken over ${app} in namespace ${namespace}: ${run}.`;
    lost.abort(new LeaseHeldError(message, run));
  };
  const renewing = (async () => {
    let said = false;
    while (!over.signal.aborted && !lost.signal.aborted) {
      try {
        await clock.sleep(RENEW_EVERY, over.signal);
        await renew();
      } catch (error) {
        if (over.signal.aborted) return;
        if (!said) onNotice(`The lease of ${app} was not renewed: ${errorMessage(error)}`);
        said = true;
      }
    }
  })();

  return {
    signal: AbortSignal.any([signal, lost.signal]),
    waited,
    giveBack: async () => {
      over.abort();
      await renewing;
      if (lost.signal.aborted) return;
      await free(tools, id, live);
    },
  };
}
