import type { MigrateCommand } from '../request.ts';
import { failedBefore, type MigrateResult, type MigrateStatus, untold } from '../result.ts';
import type { RemoteOutcome } from './remote.ts';

/** Of a command that only looks, nothing was changed whatever it saw. */
const UNSEEN: Readonly<Partial<Record<MigrateCommand, MigrateStatus>>> = {
  status: 'up-to-date',
  plan: 'up-to-date',
};

/**
 * What outputs, summary and report say of migrations that ran somewhere else: what the runner told, with
 * the reason for which the step fails, which may say more. A runner that ended well and whose result was
 * lost did what it was asked for; what that was, nobody tells. Pure.
 */
export function resultOfRemote(
  { result, failure }: RemoteOutcome,
  command: MigrateCommand,
): MigrateResult {
  if (!failure) {
    return result ?? untold(command, UNSEEN[command] ?? 'changed');
  }
  const before = failedBefore(failure);
  if (!result) return { ...before, command };
  const { message, position } = failure;
  const kind = result.failure?.kind ?? before.failure?.kind ?? 'failed';
  return { ...result, status: 'failed', failure: { kind, message, position } };
}
