import type { MigrateRequest } from '../request.ts';
import type { MigrateResult } from '../result.ts';
import type { RemoteOutcome } from './remote.ts';
import { remoteError } from './remote-failure.ts';

/** What the server said, asked after the connection was lost. */
export interface Answer {
  /** `undefined`: it could not be asked. */
  readonly state: 'running' | 'ended' | undefined;
  /** Why it could not be asked. */
  readonly why: string | undefined;
  /** What the command status gave. */
  readonly status: MigrateResult | undefined;
}

/** The run whose connection was lost. */
export interface Lost {
  readonly request: MigrateRequest;
  readonly host: string;
  readonly user: string;
  readonly process: number;
  /** Why it was lost. */
  readonly loss: string;
  /** Seconds after which the server stops it; `undefined`: it goes on. */
  readonly patience: number | undefined;
  /** The command by which it is asked, for people. */
  readonly ask: string;
}

const sameName = (name: string, to: string): boolean =>
  name === to || name.replace(/\.[^.]+$/, '') === to;

/** Whether all that `request` asked for is applied, by the status afterwards. */
function isDone({ command, limit }: MigrateRequest, status: MigrateResult): boolean {
  if (command !== 'up' || status.failure) return false;
  if (status.migrations.some(({ state }) => state === 'failed' || state === 'interrupted')) {
    return false;
  }
  if (limit === undefined) return status.pendingCount === 0;
  if (limit === 'previous' || !('to' in limit)) return false;
  return status.migrations.some(
    ({ name, state }) => state === 'applied' && sameName(name, limit.to),
  );
}

/** What this run applied, by the records of the database. */
function ownOf({ runner }: MigrateRequest, { migrations }: MigrateResult): readonly string[] {
  return migrations
    .filter(({ state, run }) => state === 'applied' && run === runner.run)
    .map(({ name }) => name);
}

function known(request: MigrateRequest, status: MigrateResult): string {
  const own = ownOf(request, status);
  const broken = status.migrations.filter(
    ({ state }) => state === 'failed' || state === 'interrupted',
  );
  return [
    `pending: ${status.pendingCount ?? 'unknown'}`,
    ...(request.runner.run === 'local' ? [] : [`applied by this run: ${own.join(', ') || 'none'}`]),
    ...broken.map(({ name, state }) => `${name} is ${state}`),
    `last applied: ${status.current ?? 'none'}`,
  ].join('; ');
}

/**
 * What is true of a run whose connection was lost, from what the server said afterwards. Only an
 * `up` of which the database itself says that it is complete is a success.
 */
export function afterLoss(lost: Lost, answer: Answer): RemoteOutcome {
  const { request, host, user, process, loss, patience, ask } = lost;
  const { state, status } = answer;
  const begin = `The ssh connection to ${host} was lost in the middle of ${request.command} (${loss})`;
  const fail = (text: string): RemoteOutcome => ({
    result: undefined,
    exitCode: undefined,
    failure: remoteError('failed', `${begin}${text}`),
  });
  const going = patience === undefined ? 'it goes on' : 'it stops at its next safe point';
  if (state === undefined) {
    const meanwhile =
      patience === undefined
        ? 'it goes on without a connection'
        : `it stops at its next safe point, at most ${patience} s after the loss, unless it had ended`;
    return fail(
      `, and what became of the run is unknown: ${answer.why ?? 'the server could not be asked'} On the server ` +
        `${meanwhile}. Before anything else, ask: ${ask}`,
    );
  }
  if (state === 'running') {
    return fail(
      `, and the run is still at work there, process ${process} of ${user}; ${going}. Until then it holds the ` +
        `lease, and another run is refused. What became of it, this says: ${ask}`,
    );
  }
  if (!status || status.failure) {
    const why = status?.failure ? `: ${status.failure.message}` : '.';
    return fail(
      `. The run has ended since; what it came to is unknown, because status did not tell${why} ` +
        `Before anything else, ask: ${ask}`,
    );
  }
  if (request.runner.run !== 'local' && !request.dryRun && isDone(request, status)) {
    const own = new Set(ownOf(request, status));
    const migrations = status.migrations.map((entry) =>
      own.has(entry.name) ? { ...entry, state: 'done' as const } : entry,
    );
    return {
      result: {
        ...status,
        command: 'up',
        status: own.size > 0 ? 'applied' : 'up-to-date',
        appliedCount: own.size,
        migrations,
        failure: undefined,
      },
      exitCode: undefined,
      failure: undefined,
    };
  }
  return fail(
    `. The run has ended since, and its exit code is lost. The database says: ${known(request, status)}. ` +
      'Run the step again when that is as it should be.',
  );
}
