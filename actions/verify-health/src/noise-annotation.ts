import { info, warning } from '@paal/core/action/log';
import { UserError } from '@paal/core/errors';
import {
  type AnnotationFacts,
  annotationTags,
  annotationText,
  beginAnnotation,
  endAnnotation,
  withVerdict,
} from '@paal/core/verify/grafana';
import { readJobState, updateJobState } from '@paal/core/verify/job-state';
import { type JsonApi, openJsonApi } from '@paal/core/verify/json-api';
import type { Settings } from './settings.ts';

/** Milliseconds for one request; a step that is cancelled has 10 s to end all. */
const TIMEOUT = 4_000;

/** An annotation that is to be made; `undefined` where none is. */
export type AnnotationPlan =
  | {
      readonly api: JsonApi;
      readonly text: string;
      readonly tags: readonly string[];
      readonly dashboardUid: string | undefined;
    }
  | { readonly api: undefined; readonly withoutToken: boolean };

/** @throws UserError for an address that is none */
export function planAnnotation(
  grafana: Settings['grafana'],
  facts: AnnotationFacts,
): AnnotationPlan {
  if (!grafana?.token) return { api: undefined, withoutToken: grafana !== undefined };
  const { url, token, tags, 'dashboard-uid': dashboardUid } = grafana;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UserError('The input "grafana-token" is no token: it has spaces or line breaks.');
  }
  const headers = { authorization: `Bearer ${token}` };
  const server = { product: 'Grafana', landmark: '/api/annotations', url, headers };
  const api = openJsonApi({ ...server, timeout: TIMEOUT }, 'verify.grafana');
  return { api, text: annotationText(facts), tags: annotationTags(tags, facts), dashboardUid };
}

/** Begins the annotation, unless an earlier step of this job has. */
export async function beginPlannedAnnotation(
  plan: AnnotationPlan,
  file: string,
  time: number,
  signal: AbortSignal,
): Promise<void> {
  if (!plan.api) {
    if (!plan.withoutToken) return;
    warning(
      'Grafana shows nothing of this: verify.grafana is set, and the input "grafana-token" is not.',
    );
    return;
  }
  const { api, text, tags, dashboardUid } = plan;
  if (readJobState(file).annotation?.grafana === api.shown) return;
  const answer = await beginAnnotation(api, { time, text, tags, dashboardUid }, signal);
  if ('trouble' in answer) {
    warning(`Grafana shows nothing of this: ${answer.trouble}.`);
    return;
  }
  const { id } = answer;
  updateJobState(file, 'annotation', { id, grafana: api.shown, time, text, tags: [...tags] });
  info(`${api.shown} shows it as annotation ${id}`);
}

/** Ends the annotation that a step of this job has begun, if it is open. */
export async function endOpenAnnotation(
  { api }: AnnotationPlan,
  file: string,
  { status, verdict }: { readonly status: string; readonly verdict: string },
  time: number,
): Promise<void> {
  const { annotation } = readJobState(file);
  if (!annotation || api?.shown !== annotation.grafana) return;
  const end = {
    // A clock that was set back in between must not end it before it began.
    time: Math.max(time, annotation.time),
    text: withVerdict(annotation.text, verdict),
    tags: [...annotation.tags, status],
  };
  const trouble = await endAnnotation(api, annotation.id, end, new AbortController().signal);
  if (trouble !== undefined) warning(`Grafana does not show how it ended: ${trouble}.`);
  else updateJobState(file, 'annotation', undefined);
}
