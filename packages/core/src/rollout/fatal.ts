import type { Finding } from '../report/finding.ts';
import { neededOf } from './min-available.ts';
import type { Observation } from './observation.ts';
import type { RolloutPolicy } from './policy.ts';
import type { Symptom } from './symptoms/symptom.ts';

/**
 * The findings of a rollout for which a symptom is enough, that symptom first. With min-available,
 * the pods that are not needed may fail: only more than those are enough.
 */
export function fatalOf(
  symptoms: readonly Symptom[],
  { progress }: Observation,
  { minAvailable }: RolloutPolicy,
  now: number,
): readonly [Finding, ...Finding[]] | undefined {
  const enough = symptoms.filter(({ failsAt }) => failsAt !== undefined && failsAt <= now);
  const [worst] = enough;
  if (!worst) return undefined;
  const want = progress?.serving?.want ?? 0;
  const spare = want - neededOf(minAvailable, want);
  const pods = new Set(enough.map(({ finding }) => finding.pod));
  if (worst.finding.pod !== undefined && pods.size <= spare) return undefined;
  const others = symptoms.filter((symptom) => symptom !== worst).map(({ finding }) => finding);
  return [worst.finding, ...others];
}
