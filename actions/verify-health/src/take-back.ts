import type { ActionContext } from '@paal/core/action/lifecycle';
import { group, info } from '@paal/core/action/log';
import { stateOfRollback } from '@paal/core/github/deployment';
import type { Evidence } from '@paal/core/report/finding';
import { rollBackAfterFailure } from '@paal/core/rollback/automatic';
import { patient } from '@paal/core/rollback/follow-revert';
import { partAfterFailure } from '@paal/core/rollback/part';
import { mark, type RollbackResult } from '@paal/core/rollback/run';
import { targetAfterFailure } from '@paal/core/rollback/target';
import type { Journal } from '@paal/core/rollout/journal';
import type { RolloutPolicy } from '@paal/core/rollout/policy';
import { collectServingLogs } from '@paal/core/rollout/serving-logs';
import { whyNotRunning } from '@paal/core/rollout/verified';
import { type Turn, whileAlone } from './alone.ts';
import type { Subject } from './subject.ts';

/** What the pods that go have said last: nobody can ask them afterwards. It is printed, too. */
export async function lastWords(
  { connection, content }: Subject,
  { clock, signal }: ActionContext,
): Promise<readonly Evidence[]> {
  const workloads = content.workloads.map(({ workload }) => workload);
  const logs = await collectServingLogs(connection, workloads, clock, signal);
  for (const { title, lines } of logs) await group(title, async () => info(lines.join('\n')));
  return logs;
}

/**
 * Takes all workloads of a release whose verification failed back, when it still serves, each to the
 * newest release before that was verified, or, where none was, the newest with which it served; while
 * no other run changes the app.
 * @returns how that ended, or why there was no rollback, without a full stop
 */
export async function takeBack(
  subject: Subject,
  policy: RolloutPolicy,
  journal: Journal,
  turn: Turn,
  context: ActionContext,
): Promise<RollbackResult | string> {
  const { connection, namespace, ledger, release, content } = subject;
  return await whileAlone(subject, turn, context, async (releases, signal) => {
    const { clock } = context;
    const shared = { connection, namespace, ledger, policy, clock, signal, run: turn.run };
    const options = { ...patient(shared), signal };
    const why = await whyNotRunning(connection, releases, release, content.workloads, options);
    if (why) return `superseded: ${why}`;
    const target = targetAfterFailure(releases, release, release.workloads);
    if (!target) return 'there is no earlier release that served';
    signal.throwIfAborted();
    await mark({ ...shared, listener: journal, atomic: true }, release, 'failed');
    const { number, version, commit } = target.release;
    const part = partAfterFailure(target);
    turn.deployments.begin({ task: 'rollback', release: number, version, commit, part });
    const automatic = { ...shared, journal, left: release, inGroup: group };
    const result = await rollBackAfterFailure(automatic, target);
    turn.deployments.end(stateOfRollback(result.status, result.reason), result.message);
    return result;
  });
}
