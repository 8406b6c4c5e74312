import { type KubeObject, RESOURCES } from '../../cluster/object.ts';
import type { PodTemplate } from '../types.ts';
import type { KindRules } from './kind.ts';
import { isLeaving } from './status.ts';

/** The parts of a CronJob that decisions read. It tells no observed generation. */
export interface CronJob extends KubeObject {
  readonly spec: {
    readonly schedule: string;
    readonly suspend?: boolean;
    readonly jobTemplate: { readonly spec: { readonly template: PodTemplate } };
  };
}

/**
 * A CronJob is complete when it is there: the next run may be a month away, and the runs that are
 * under way are of whatever template it had (pkg/controller/cronjob/cronjob_controllerv2.go).
 */
export const cronJobRules: KindRules = {
  resource: RESOURCES.cronJobs,
  related: [],
  helpful: [],
  relate: () => ({ pods: [], newPods: [], owned: [], dependsOn: [] }),
  progress: (object) => {
    const { schedule, suspend } = (object as CronJob).spec;
    return {
      observed: true,
      complete: !isLeaving(object),
      text: `runs at "${schedule}"`,
      advance: [],
      ...(suspend ? { remark: 'It is suspended, so that no run is begun.' } : {}),
    };
  },
  relatedLabels: () => undefined,
  template: (object) => (object as CronJob).spec.jobTemplate.spec.template,
  keepsRunning: () => false,
};
