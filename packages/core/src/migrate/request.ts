import type { Limit } from './plan.ts';

/** What is asked of the runner of migrations. */
export type MigrateCommand = 'up' | 'down' | 'status' | 'plan' | 'baseline' | 'repair' | 'unlock';

/** What a deviation between checkout and database means. */
export type Tolerance = 'error' | 'warn' | 'allow';

/** What is done with a migration that an earlier run left in the middle. */
export type OnInterrupted = 'fail' | 'retry' | 'resume';

/** Who runs migrations, for the lease and the records. */
export interface MigrationRunner {
  /** Address of the run, or `local`. */
  readonly run: string;
  readonly actor: string;
  readonly sha: string;
  readonly host: string;
}

/** A call of the runner, whichever way it reaches the database. */
export interface MigrateRequest {
  readonly command: MigrateCommand;
  /** Nothing may be changed. */
  readonly dryRun: boolean;
  /** `previous` is for `down`: what was applied since the last verified release. */
  readonly limit: Limit | 'previous' | undefined;
  readonly directory: string;
  /** `undefined`: the one of the connection string. */
  readonly database: string | undefined;
  readonly environment: string | undefined;
  readonly outOfOrder: Tolerance;
  readonly edited: Tolerance;
  readonly missing: Tolerance;
  readonly onInterrupted: OnInterrupted;
  /** Whether each migration and its row in the changelog are one transaction. */
  readonly transaction: boolean;
  /** Milliseconds for which a lease that another run holds is waited for. */
  readonly lockWait: number;
  /** Milliseconds after which a lease whose holder gives no sign of life is free. */
  readonly lockTtl: number;
  /** For `repair`: the one migration whose state is corrected, and to what. */
  readonly migration: string | undefined;
  readonly as: 'applied' | 'pending' | undefined;
  /** For `unlock`: the owner of the lease, as `status` and the refusal name it. */
  readonly owner: string | undefined;
  readonly runner: MigrationRunner;
}

/** Milliseconds. */
export const DEFAULT_LOCK_TTL = 60_000;

/** What a request is where nothing else is said. */
export const DEFAULT_REQUEST: MigrateRequest = {
  command: 'up',
  dryRun: false,
  limit: undefined,
  directory: 'migrations',
  database: undefined,
  environment: undefined,
  outOfOrder: 'error',
  edited: 'error',
  missing: 'error',
  onInterrupted: 'fail',
  transaction: false,
  lockWait: 0,
  lockTtl: DEFAULT_LOCK_TTL,
  migration: undefined,
  as: undefined,
  owner: undefined,
  runner: { run: 'local', actor: '', sha: '', host: '' },
};

function limitOptions(limit: MigrateRequest['limit']): readonly string[] {
  if (limit === undefined) return [];
  if (limit === 'previous') return ['--to=previous'];
  return 'to' in limit ? [`--to=${limit.to}`] : [`--count=${limit.count}`];
}

/**
 * The command line of the runner for `request`: `up --directory=… --to=…`. Options that have their
 * default are left out, so that a script which knows only some of them can be called with it too.
 * The connection string is never on it: the runner reads MONGODB_URI.
 */
export function runnerArguments(request: MigrateRequest): readonly string[] {
  const options: readonly (readonly [name: string, key: keyof MigrateRequest])[] = [
    ['directory', 'directory'],
    ['database', 'database'],
    ['environment', 'environment'],
    ['on-out-of-order', 'outOfOrder'],
    ['on-edited', 'edited'],
    ['on-missing', 'missing'],
    ['on-interrupted', 'onInterrupted'],
    ['lock-wait', 'lockWait'],
    ['lock-ttl', 'lockTtl'],
    ['migration', 'migration'],
    ['as', 'as'],
    ['owner', 'owner'],
  ];
  const differing = options.flatMap(([name, key]) => {
    const value = request[key];
    if (value === undefined || value === DEFAULT_REQUEST[key]) return [];
    return [`--${name}=${typeof value === 'number' ? `${value}ms` : String(value)}`];
  });
  const { runner } = request;
  return [
    request.command,
    ...limitOptions(request.limit),
    ...(request.dryRun && request.command !== 'status' && request.command !== 'plan'
      ? ['--dry-run']
      : []),
    ...differing,
    ...(request.transaction ? ['--transaction'] : []),
    ...(runner.run === 'local' ? [] : [`--run=${runner.run}`]),
    ...(runner.actor === '' ? [] : [`--actor=${runner.actor}`]),
    ...(runner.sha === '' ? [] : [`--sha=${runner.sha}`]),
  ];
}
