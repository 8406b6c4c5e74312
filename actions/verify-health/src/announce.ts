import { group, info } from '@paal/core/action/log';
import { formatDuration } from '@paal/core/config/duration';
import type { Check } from '@paal/core/verify/check';
import type { Schedule } from '@paal/core/verify/schedule';
import { countOf } from '@paal/core/workload/kinds/count';
import type { Settings } from './settings.ts';

function policyOf({ reportOnly, initialDelay, interval }: Check): readonly string[] {
  return [
    ...(reportOnly ? ['report-only: decides nothing'] : []),
    ...(initialDelay > 0 ? [`first after ${formatDuration(initialDelay)}`] : []),
    ...(interval === undefined ? [] : [`every ${formatDuration(interval)}`]),
  ];
}

/**
 * Tells in the log what is asked, and how often.
 * @param doing as in "… 2 checks for up to 30 s": `Verifying`
 */
export async function announce(
  doing: string,
  checks: readonly Check[],
  { duration, interval }: Schedule,
  settings: Settings,
): Promise<void> {
  const rhythm =
    duration === 0
      ? 'once'
      : `for up to ${formatDuration(duration)}, every ${formatDuration(interval)}`;
  await group(`${doing} ${countOf(checks.length, 'check')} ${rhythm}`, async () => {
    const { environment } = settings.variables;
    if (environment) info(`Environment: ${environment}`);
    else if (settings.withoutEnvironment) info(settings.withoutEnvironment);
    for (const check of checks) {
      const { name, type, target, threshold } = check;
      const asked = target === name ? [] : [target];
      info([`${type}: ${name}`, ...asked, threshold, ...policyOf(check)].join('\n  '));
    }
  });
}
