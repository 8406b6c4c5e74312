import { info, warning } from '@paal/core/action/log';
import { formatDuration } from '@paal/core/config/duration';
import type { SilenceConfig } from '@paal/core/config/monitoring-schema';
import { UserError } from '@paal/core/errors';
import { formatMatcher, type Matcher, parseMatcher } from '@paal/core/verify/alerts/matchers';
import { readJobState, updateJobState } from '@paal/core/verify/job-state';
import { type JsonApi, openJsonApi } from '@paal/core/verify/json-api';
import { requireNarrow, type SilenceOwner, silenceComment } from '@paal/core/verify/silence';
import { ensureSilence, expireSilence } from '@paal/core/verify/silence-api';

/** Milliseconds for one request; a step that is cancelled has 10 s to end all. */
const TIMEOUT = 4_000;

/** A silence that is to be made, and where those are that have been. */
export interface SilencePlan {
  /** `undefined` where no Alertmanager is known. */
  readonly api: JsonApi | undefined;
  /** `undefined` where none is to be made. */
  readonly wanted:
    | {
        readonly matchers: readonly Matcher[];
        readonly comment: string;
        /** Milliseconds. */
        readonly duration: number;
      }
    | undefined;
}

/** @throws UserError for a silence that is not usable, or of which nobody knows where to make it */
export function planSilence(
  config: SilenceConfig | undefined,
  alertmanager: string | undefined,
  owner: SilenceOwner,
  run: string,
): SilencePlan {
  if (alertmanager === undefined) {
    if (!config) return { api: undefined, wanted: undefined };
    throw new UserError(
      'verify.silence does not know where Alertmanager is: set the input "alertmanager-url", or verify.alertmanager in paal.yaml; or switch it off with the input "silence: none".',
    );
  }
  const what = 'verify.silence';
  const server = { product: 'Alertmanager', landmark: '/api/v2/silences', url: alertmanager };
  const api = openJsonApi({ ...server, headers: {}, timeout: TIMEOUT }, what);
  if (!config) return { api, wanted: undefined };
  const matchers = config.matchers.map((text) => parseMatcher(text, what));
  requireNarrow(matchers, what);
  const { duration } = config;
  return {
    api,
    wanted: { matchers, duration, comment: silenceComment(config.comment, owner, run) },
  };
}

/** Makes the silence, or makes sure that the one of an earlier step holds for long enough. */
export async function beginPlannedSilence(
  { api, wanted }: SilencePlan,
  file: string,
  lasts: number,
  signal: AbortSignal,
): Promise<void> {
  if (!api || !wanted) return;
  const earlier = readJobState(file).silence;
  const known = earlier?.alertmanager === api.shown ? earlier.id : undefined;
  const silence = await ensureSilence(api, known, { ...wanted, atLeast: lasts }, signal);
  if ('trouble' in silence) {
    if (silence.refused) throw new UserError(`verify.silence: ${silence.trouble}.`);
    warning(`Alerts are not silenced while this is verified: ${silence.trouble}.`);
    return;
  }
  const { id, made, left } = silence;
  updateJobState(file, 'silence', { id, alertmanager: api.shown });
  const which = wanted.matchers.map(formatMatcher).join(', ');
  const how = { new: 'are silenced', extended: 'stay silenced', 'as it was': 'stay silenced' }[
    made
  ];
  info(`Alerts {${which}} ${how} for ${formatDuration(left)} at most (silence ${id})`);
}

/** Ends the silence that a step of this job has made, if one still holds. */
export async function endOpenSilence({ api }: SilencePlan, file: string): Promise<void> {
  const { silence } = readJobState(file);
  if (!silence) return;
  const { id, alertmanager } = silence;
  const why =
    api?.shown === alertmanager
      ? await expireSilence(api, id, new AbortController().signal)
      : `this step knows no ${alertmanager}`;
  if (why !== undefined) {
    warning(
      `The silence ${id} was not ended, and ends by itself: ${why}. To end it now: amtool silence expire ${id}`,
    );
    return;
  }
  updateJobState(file, 'silence', undefined);
  info(`The silence ${id} is over`);
}
