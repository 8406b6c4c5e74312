import { countOf } from './count.ts';

/**
 * What the update strategy OnDelete leaves to be said: the controller replaces no pod by itself, and
 * kubectl refuses to watch such a workload (azure-pipelines-tasks #12589).
 */
export function onDeleteRemark(old: number, all: number): string | undefined {
  if (old <= 0) return undefined;
  return (
    `${old} of ${countOf(all, 'pod')} ${old === 1 ? 'runs' : 'run'} an earlier template: with the ` +
    'update strategy OnDelete a pod is replaced when somebody deletes it.'
  );
}
