import type { ActionContext } from '@paal/core/action/lifecycle';
import { group, info } from '@paal/core/action/log';
import type { CheckType } from '@paal/core/config/check-schema';
import { formatDuration } from '@paal/core/config/duration';
import type { Release } from '@paal/core/release/release';
import type { RollbackTarget } from '@paal/core/rollback/target';
import { createChecks } from '@paal/core/verify/plan';
import type { Surroundings } from '@paal/core/verify/probe';
import { countOf } from '@paal/core/workload/kinds/count';
import { measure } from './measure.ts';
import { asRecheck, recheckSchedule, versionAfter, withoutVersions } from './recheck.ts';
import { decisiveCheck, explanation, type Result } from './result.ts';
import type { Settings } from './settings.ts';

/** The verification of what serves after a rollback. */
export interface Recheck {
  /** `undefined` where nothing could be asked. */
  readonly result: Result | undefined;
  /** What had to answer; `undefined` where that is not known. */
  readonly version: string | undefined;
  /** What was not asked, because the version is not known; one phrase each. */
  readonly leftOut: readonly string[];
}

/**
 * Asks the same checks again, for a short while, once `target` serves again.
 * @param failed the release that was taken back
 */
export async function verifyAgain(
  { settings, surroundings }: { readonly settings: Settings; readonly surroundings: Surroundings },
  before: Result,
  failed: Release,
  target: RollbackTarget,
  context: ActionContext,
): Promise<Recheck> {
  const version = versionAfter(settings.variables.version, failed, target);
  const names = before.checks.map(({ name }) => name);
  const { checks: configs, leftOut } =
    version === undefined
      ? withoutVersions(settings.checks, names)
      : { checks: settings.checks, leftOut: [] };
  if (configs.length === 0) return { result: undefined, version, leftOut };
  const variables = { ...settings.variables, version };
  const checks = createChecks(configs, { ...surroundings, variables }).map(asRecheck);
  const schedule = recheckSchedule(before.schedule, checks);
  const title = `Verifying ${countOf(checks.length, 'check')} again, for up to ${formatDuration(schedule.duration)}`;
  return await group(title, async () => {
    for (const phrase of leftOut) info(`Not asked, because the version is not known: ${phrase}`);
    return { result: await measure(checks, schedule, context), version, leftOut };
  });
}

/** Types whose answers may still be about the time before the rollback. */
const LOOKING_BACK: ReadonlySet<CheckType> = new Set(['prometheus', 'alerts', 'rules']);

/** What that came to, in a few sentences. Pure. */
export function recheckNote({ result, version, leftOut }: Recheck, failed: number): string {
  const without =
    leftOut.length > 0 ? ` Not asked, for want of a known version: ${leftOut.join(', ')}.` : '';
  if (!result) return `It was not verified again.${without}`;
  if (result.cancelled) return 'The run was cancelled before it was verified again.';
  const { status } = result.verdict;
  if (status === 'succeeded') {
    const what = version === undefined ? '' : ` (version ${version})`;
    return `It was verified again, and is good${what}.${without}`;
  }
  const said = explanation(result);
  if (status !== 'failed') return `Verified again, it proves nothing: ${said}${without}`;
  const decisive = decisiveCheck(result);
  const type = result.checks.find(({ name }) => name === decisive?.name)?.type;
  const unless = type && LOOKING_BACK.has(type) ? ', unless the check still looks back on it' : '';
  return (
    `STILL BAD AFTER THE ROLLBACK: ${said} So the cause is probably not release ${failed}${unless}: ` +
    `look at what both releases need, such as the database, a Secret, or the way to them.${without}`
  );
}
