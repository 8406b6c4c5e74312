import { warning } from '@paal/core/action/log';
import type { RunIdentity } from '@paal/core/action/run';
import { redact } from '@paal/core/action/secrets';
import { errorMessage } from '@paal/core/errors';
import { silenceMark } from '@paal/core/verify/silence';
import { fillIn } from '@paal/core/verify/template';
import {
  type AnnotationPlan,
  beginPlannedAnnotation,
  endOpenAnnotation,
  planAnnotation,
} from './noise-annotation.ts';
import {
  beginPlannedSilence,
  endOpenSilence,
  planSilence,
  type SilencePlan,
} from './noise-silence.ts';
import { stateFileOf } from './phase.ts';
import { explanation, headline, type Result } from './result.ts';
import type { Settings } from './settings.ts';

/** What of settings says whose verification it is. */
type Whose = Pick<Settings, 'variables'>;

/** Milliseconds beyond the duration for which alerts stay silenced at least. */
const MARGIN = 60_000;

/** The mark of silences for what is verified. */
export function markOf({ variables: { app = '', environment } }: Whose): string {
  return silenceMark({ app, environment });
}

/** What the monitoring is told of a deployment while it lasts. */
export interface Noise {
  readonly file: string;
  readonly silence: SilencePlan;
  readonly annotation: AnnotationPlan;
}

/**
 * What `verify.silence` and `verify.grafana` come to. Asks nobody.
 * @throws UserError for what is not usable, such as a silence that would hide what is not of this app
 */
export function planNoise(settings: Settings, run: RunIdentity): Noise {
  const { variables } = settings;
  const { app = '', environment } = variables;
  const place = { app, environment };
  const alertmanager = fillIn(settings.servers.alertmanager, variables, 'verify.alertmanager');
  const silence = fillIn(settings.silence, variables, 'verify.silence');
  const grafana = fillIn(settings.grafana, variables, 'verify.grafana');
  const facts = { ...variables, app, run: run.url };
  return {
    file: stateFileOf(variables),
    silence: planSilence(silence, alertmanager, place, run.url),
    annotation: planAnnotation(grafana, facts),
  };
}

/**
 * Silences the alerts, and begins the annotation; goes on with those that an earlier step of this job has
 * begun. A server that does not answer is a warning.
 * @param lasts milliseconds that the measurements take
 * @throws UserError for a silence that Alertmanager refuses; the reason of `signal` once it is aborted
 */
export async function beginNoise(
  { file, silence, annotation }: Noise,
  lasts: number,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    beginPlannedSilence(silence, file, lasts + MARGIN, signal),
    beginPlannedAnnotation(annotation, file, Date.now(), signal),
  ]);
}

/** How a verification ended, for people who look at a dashboard. */
export interface Ending {
  /** As a tag. */
  readonly status: string;
  /** Whole sentences; not yet safe to print. */
  readonly verdict: string;
}

/** The ending that a result is. */
export function endingOf(result: Result): Ending {
  const status = result.cancelled ? 'cancelled' : result.verdict.status;
  return { status, verdict: `${headline(result)}. ${explanation(result)}` };
}

/** Of a step that was over before it had a result. */
export const CUT_OFF: Ending = {
  status: 'cancelled',
  verdict: 'The run ended before the verification did.',
};

/**
 * Ends what is open, also when the run was cancelled; nothing where nothing is. What cannot be ended is a
 * warning.
 */
export async function endNoise(
  { file, silence, annotation }: Noise,
  { status, verdict }: Ending,
): Promise<void> {
  const told = { status, verdict: redact(verdict) };
  const ends = await Promise.allSettled([
    endOpenSilence(silence, file),
    endOpenAnnotation(annotation, file, told, Date.now()),
  ]);
  for (const end of ends) if (end.status === 'rejected') warning(errorMessage(end.reason));
}
