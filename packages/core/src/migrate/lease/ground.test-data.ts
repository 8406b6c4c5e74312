import { type VirtualClock, virtualClock } from '../../clock.test-data.ts';
import { type LeaseOptions, takeLease } from './acquire.ts';
import type { HeldLease, LeaseDocument } from './document.ts';
import type { MigrationLease } from './keep.ts';
import { ModelCollection, modelProcess, randomNumbers, type Stall } from './lease.test-data.ts';

export const TTL = 60_000;
export const FIRST = 'https://github.com/acme/shop/actions/runs/1';
export const SECOND = 'https://github.com/acme/shop/actions/runs/2';

export function ground() {
  const shared = virtualClock();
  const collection = new ModelCollection(shared.now);
  /** A run with a clock and a way to the collection of its own. */
  const process = (stalls: readonly Stall[] = [], offset = 0, rate = 1) =>
    modelProcess(collection, shared, randomNumbers(1), { stalls, offset, rate });
  return { shared, collection, process };
}

export type Process = ReturnType<ReturnType<typeof ground>['process']>;

export function options(run: string, { clock }: Process, more: Partial<LeaseOptions> = {}) {
  const waited: HeldLease[] = [];
  const notices: string[] = [];
  const given: LeaseOptions = {
    lock: 'migrations',
    ttl: TTL,
    wait: 0,
    holder: { run, actor: 'ada', sha: 'c0ffee', host: 'runner-1' },
    clock,
    today: () => new Date('2026-01-02T03:04:05Z'),
    signal: new AbortController().signal,
    onWait: (holder) => waited.push(holder),
    onNotice: (text) => notices.push(text),
    ...more,
  };
  return { ...given, waited, notices };
}

/** Lets time pass until a promise is settled, and gives how long that took and what it gave. */
export async function settled<T>(shared: VirtualClock, promise: Promise<T>) {
  const begin = shared.now();
  let end: { readonly value?: T; readonly error?: unknown } | undefined;
  promise.then(
    (value) => {
      end = { value };
    },
    (error: unknown) => {
      end = { error };
    },
  );
  await shared.until(() => end !== undefined);
  return { ...end, after: shared.now() - begin };
}

export async function taken(
  shared: VirtualClock,
  process: Process,
  run: string,
  more: Partial<LeaseOptions> = {},
): Promise<MigrationLease> {
  const taking = takeLease(process.store, options(run, process, more));
  const { value, error } = await settled(shared, taking);
  if (!value) throw error;
  return value;
}

/** Somebody's acquisition that nobody keeps. */
export function dead(fence: number, more: Partial<LeaseDocument> = {}): LeaseDocument {
  const holder = { run: FIRST, actor: '', sha: '', host: '', acquiredAt: new Date(0) };
  const own = { owner: `owner ${fence}`, ttl: TTL, beat: 7, released: false };
  return { _id: { lock: 'migrations', fence }, ...holder, ...own, ...more };
}
