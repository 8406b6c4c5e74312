import type { WorkloadLine } from '../report/run-summary.ts';
import { revisionOf } from '../workload/deployment.ts';
import { imagePlaces } from '../workload/images.ts';
import { countersOf } from './assess.ts';
import type { RolloutOutcome } from './follow.ts';

/** One line of a summary's workload table. */
export function workloadLine({ target, verdict, observation }: RolloutOutcome): WorkloadLine {
  const { deployment } = observation;
  return {
    name: target.name,
    status: verdict.status,
    message: deployment ? countersOf(deployment) : verdict.message,
    images: deployment ? imagePlaces(deployment.spec.template).map(({ image }) => image ?? '') : [],
    revision: String((deployment && revisionOf(deployment)) ?? ''),
  };
}
