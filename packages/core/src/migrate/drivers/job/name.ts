import { createHash } from 'node:crypto';
import { type MigrateRequest, runnerArguments } from '../../request.ts';
import type { JobOptions, JobRun } from './options.ts';

/** Labels of a Job and its pod, none of which any selector of an app has. */
export const LABEL_RUN = 'paal.dev/run-id';
export const LABEL_ATTEMPT = 'paal.dev/attempt';
export const LABEL_MIGRATION = 'paal.dev/migration';

/** On a Job of which a step has told the end, at a time when its controller may not have seen it yet. */
export const ANNOTATION_TOLD = 'paal.dev/told';

/** Who runs it is no part of what is asked for: a re-run has another attempt. */
const NOBODY = { run: 'local', actor: '', sha: '', host: '' };

/**
 * Tells what one step of a run asks for from everything else that is asked for in that run, so that a
 * Job is never taken for that of another step, or of another request.
 */
export function migrationKey(
  request: MigrateRequest,
  { run, namespace, pod, uri, migrations, changelog }: JobOptions,
): string {
  const from = pod.kind === 'like' ? pod.workload : pod.kind === 'template' ? pod.job : {};
  const to = uri.kind === 'secret' ? [uri.name, uri.key] : uri.kind;
  const asked = [
    run.id,
    run.step,
    namespace,
    migrations,
    changelog,
    from,
    to,
    ...runnerArguments({ ...request, runner: NOBODY }),
  ];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 10);
}

function part(text: string, longest: number): string {
  const safe = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return safe.slice(0, longest).replace(/^-+|-+$/g, '') || '0';
}

/** Name of a Job: a DNS label, because it becomes one of its pods (at most 63 characters). */
export function jobName({ id, attempt }: JobRun, key: string): string {
  return `paal-migrate-${part(id, 24)}-${part(attempt, 8)}-${key}`;
}

/** The labels of a Job, its pod, and what is made for them. */
export function jobLabels(run: JobRun, key: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/managed-by': 'paal',
    [LABEL_RUN]: part(run.id, 63),
    [LABEL_ATTEMPT]: part(run.attempt, 63),
    [LABEL_MIGRATION]: key,
  };
}
