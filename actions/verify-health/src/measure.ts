import type { ActionContext } from '@paal/core/action/lifecycle';
import { info } from '@paal/core/action/log';
import type { Check } from '@paal/core/verify/check';
import { verify } from '@paal/core/verify/run';
import type { Schedule } from '@paal/core/verify/schedule';
import { Progress } from './progress.ts';
import type { Result } from './result.ts';

/** Asks the checks until the verdict is clear, and tells in the log how it goes. */
export async function measure(
  checks: readonly Check[],
  schedule: Schedule,
  { clock, signal }: ActionContext,
): Promise<Result> {
  const progress = new Progress(schedule.duration, info);
  const startedAt = new Date();
  const verification = await verify(checks, schedule, {
    clock,
    signal,
    onMeasurement: (measurement, verdict) => progress.report(measurement, verdict),
  });
  return { ...verification, checks, schedule, startedAt };
}
