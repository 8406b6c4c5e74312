import type { WorkloadLine } from '../report/run-summary.ts';
import { imagePlaces } from '../workload/images.ts';
import { revisionOf } from '../workload/revision.ts';
import { rulesOf } from './target.ts';
import type { Standing } from './tracker.ts';

/** One line of a summary's workload table. */
export function workloadLine({ target, verdict, observation }: Standing): WorkloadLine {
  const { object, progress, related } = observation;
  const template = object && rulesOf(target).template(object);
  return {
    name: target.name,
    status: verdict.status,
    message: progress ? progress.text : verdict.message,
    images: template ? imagePlaces(template).map(({ image }) => image ?? '') : [],
    revision: (object && revisionOf(object, related.owned)) ?? '',
  };
}
