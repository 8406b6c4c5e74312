/** The collection of leases, in the database that is migrated. */
export const LEASES = 'paal_migrations_lease';

/** Who asks for a lease, as the others are told. */
export interface LeaseHolder {
  /** Address of the run. */
  readonly run: string;
  readonly actor: string;
  readonly sha: string;
  readonly host: string;
}

/**
 * The document of one acquisition. A lease is taken by inserting one, because an insert with a unique
 * `_id` is atomic on every server (FerretDB 1 filters an update before it makes it, so that two can win).
 */
export interface LeaseDocument extends LeaseHolder {
  /** `fence` counts the acquisitions of a lock: the highest has it. */
  readonly _id: { readonly lock: string; readonly fence: number };
  /** A UUID of this acquisition's own; `unlock` asks for it. */
  readonly owner: string;
  /** By the holder's own clock: to be shown, never compared. */
  readonly acquiredAt: Date;
  /** Milliseconds without a new beat after which it has no holder any more. */
  readonly ttl: number;
  /** Another one each time its holder shows that it runs. */
  readonly beat: number;
  readonly released: boolean;
}

/** A lease that somebody has, or had. */
export interface HeldLease extends LeaseHolder {
  readonly fence: number;
  readonly owner: string;
  readonly acquiredAt: Date | undefined;
  readonly ttl: number;
  readonly beat: number;
  readonly released: boolean;
}

/** For a document that does not say for how long its holder may be silent. */
const DEFAULT_TTL = 60_000;

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A document of the collection as a lease; `undefined` where its `_id` has no fence. */
export function readLease(document: unknown): HeldLease | undefined {
  const all = (document ?? {}) as Partial<Record<keyof LeaseDocument, unknown>>;
  const { fence } = (all._id ?? {}) as { readonly fence?: unknown };
  if (typeof fence !== 'number') return undefined;
  const { ttl, beat, acquiredAt } = all;
  return {
    fence,
    owner: text(all.owner),
    run: text(all.run),
    actor: text(all.actor),
    sha: text(all.sha),
    host: text(all.host),
    acquiredAt: acquiredAt instanceof Date ? acquiredAt : undefined,
    ttl: typeof ttl === 'number' && ttl > 0 ? ttl : DEFAULT_TTL,
    beat: typeof beat === 'number' ? beat : 0,
    released: all.released === true,
  };
}

/** The acquisition that counts. */
export function highestOf(leases: readonly HeldLease[]): HeldLease | undefined {
  return leases.reduce<HeldLease | undefined>(
    (highest, lease) => (highest && highest.fence > lease.fence ? highest : lease),
    undefined,
  );
}
