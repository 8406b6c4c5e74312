import { type SourcePosition, UserError } from '../../errors.ts';
import type { FailureKind, MigrateResult } from '../result.ts';

/** The reasons by which an error tells which kind of failure it is; one without was refused. */
const REASONS: Readonly<Record<FailureKind, string | undefined>> = {
  failed: 'Failed',
  internal: 'Failed',
  locked: 'Locked',
  refused: undefined,
  unreachable: 'Unreachable',
};

/** An error that becomes a failure of `kind`. */
export function remoteError(
  kind: FailureKind,
  message: string,
  position?: SourcePosition,
): UserError {
  const reason = REASONS[kind];
  return new UserError(message, {
    ...(reason === undefined ? {} : { failureReason: reason }),
    ...(position ? { position } : {}),
  });
}

/**
 * Why a runner failed that ended with `exitCode` and came to `result`; `undefined` when it did not.
 * `what` is what was run, and where: `./run-migrations.sh on db-server`.
 */
export function remoteFailure(
  exitCode: number,
  result: MigrateResult | undefined,
  what: string,
): UserError | undefined {
  if (result?.failure) {
    const { kind, message, position } = result.failure;
    return remoteError(kind, message, position);
  }
  if (exitCode === 0) return undefined;
  const why =
    exitCode === 127
      ? ', by which a shell says that a program was not found'
      : exitCode === 126
        ? ', by which a shell says that a program cannot be executed'
        : exitCode > 128
          ? `, as after signal ${exitCode - 128}`
          : '';
  const said = result ? 'although the result that it printed is a good one' : 'without a result';
  return remoteError(
    'failed',
    `${what} ended with exit code ${exitCode}${why}, ${said}. The last lines above say why; ` +
      'whether the database was changed, the command status says.',
  );
}
