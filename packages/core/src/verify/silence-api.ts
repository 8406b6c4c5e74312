import * as z from 'zod';
import type { Matcher } from './alerts/matchers.ts';
import type { Observation } from './check.ts';
import { type ApiAnswer, type JsonApi, providerError } from './json-api.ts';
import { CREATOR, silenceSchema } from './silence.ts';
import { oneLine } from './text.ts';

/** A silence as Alertmanager has it, and its time then, in epoch milliseconds. */
export type StoredSilence = z.output<typeof silenceSchema> & { readonly date: number | undefined };

/** What a silence is to be. */
export interface WantedSilence {
  readonly matchers: readonly Matcher[];
  readonly comment: string;
  /** Milliseconds for which it is made. */
  readonly duration: number;
  /** Milliseconds for which it must hold from now on, whatever the duration. */
  readonly atLeast: number;
}

/** A silence that holds, or why there is none, in one sentence without a full stop. */
export type Silenced =
  | { readonly id: string; readonly made: 'new' | 'extended' | 'as it was'; readonly left: number }
  | { readonly trouble: string; readonly refused: boolean };

const created = z.object({ silenceID: z.string().min(1) });
/** An error is a text, or an object where its form was wrong. */
const refusal = z.union([
  z.string(),
  z.object({ message: z.string() }).transform(({ message }) => message),
]);
const creation = z.union([created, refusal]);
/** One that is not there is an empty answer. */
const reading = z.union([silenceSchema, refusal, z.undefined()]);

function failed<T>(answer: ApiAnswer<T>, api: JsonApi, doing: string): Silenced {
  if (answer.trouble) return { trouble: answer.trouble.message, refused: false };
  const { status, body } = answer;
  const words = typeof body === 'string' ? `: ${oneLine(body)}` : '';
  return {
    trouble: `${api.shown} refuses to ${doing} (HTTP ${status}${words})`,
    refused: status === 400,
  };
}

function bodyOf({ matchers, comment }: WantedSilence, from: string, until: number, id?: string) {
  return {
    ...(id === undefined ? {} : { id }),
    matchers: matchers.map(({ name, operator, value }) => ({
      name,
      value,
      isRegex: operator.endsWith('~'),
      isEqual: !operator.startsWith('!'),
    })),
    startsAt: from,
    endsAt: new Date(until).toISOString(),
    createdBy: CREATOR,
    comment,
  };
}

async function write(
  api: JsonApi,
  body: object,
  doing: string,
  signal: AbortSignal,
): Promise<string | Silenced> {
  const request = { method: 'POST', path: 'api/v2/silences', json: body } as const;
  const answer = await api.ask(request, creation, signal);
  if (!answer.trouble && answer.status === 200 && typeof answer.body === 'object') {
    return answer.body.silenceID;
  }
  return failed(answer, api, doing);
}

/**
 * The silence `id`; `undefined` where the server has none, or why it is not known.
 */
export async function readSilence(
  api: JsonApi,
  id: string,
  signal: AbortSignal,
): Promise<StoredSilence | undefined | { readonly trouble: Observation }> {
  const path = `api/v2/silence/${encodeURIComponent(id)}`;
  const answer = await api.ask({ method: 'GET', path }, reading, signal);
  if (answer.trouble) return { trouble: answer.trouble };
  const { body, status, date } = answer;
  if (typeof body === 'object') return { ...body, date };
  if (status === 404) return undefined;
  const words = body === undefined ? '' : `: ${oneLine(body)}`;
  const message = `${api.shown} does not show the silence ${id} (HTTP ${status}${words})`;
  const hint = 'May silences be read there?';
  return { trouble: providerError(`HTTP ${status}`, message, hint) };
}

/** The silence `id` while it holds, extended where it would end too soon; `undefined` once it is over. */
async function keep(
  api: JsonApi,
  id: string,
  wanted: WantedSilence,
  signal: AbortSignal,
): Promise<Silenced | undefined> {
  const silence = await readSilence(api, id, signal);
  if (!silence) return undefined;
  if ('trouble' in silence) return { trouble: silence.trouble.message, refused: false };
  const { date, startsAt, endsAt, status } = silence;
  if (status.state === 'expired' || date === undefined) return undefined;
  const left = Date.parse(endsAt) - date;
  if (left >= wanted.atLeast) return { id, made: 'as it was', left };
  const lasts = Math.max(wanted.duration, wanted.atLeast);
  const longer = bodyOf(wanted, startsAt, date + lasts, id);
  const same = await write(api, longer, 'extend the silence', signal);
  return typeof same === 'string' ? { id: same, made: 'extended', left: lasts } : same;
}

/**
 * Makes sure that a silence holds for long enough: the one that is known, or a new one. Its times are by
 * Alertmanager's own clock.
 * @param known id of the silence that an earlier step has made
 */
export async function ensureSilence(
  api: JsonApi,
  known: string | undefined,
  wanted: WantedSilence,
  signal: AbortSignal,
): Promise<Silenced> {
  const kept = known === undefined ? undefined : await keep(api, known, wanted, signal);
  if (kept) return kept;
  const clock = await api.ask({ method: 'GET', path: 'api/v2/status' }, z.looseObject({}), signal);
  if (clock.trouble) return failed(clock, api, 'show its status');
  const { date } = clock;
  if (date === undefined) {
    return { trouble: `${api.shown} does not say what time it is (header Date)`, refused: false };
  }
  const lasts = Math.max(wanted.duration, wanted.atLeast);
  const body = bodyOf(wanted, new Date(date).toISOString(), date + lasts);
  const id = await write(api, body, 'make the silence', signal);
  return typeof id === 'string' ? { id, made: 'new', left: lasts } : id;
}

/** Ends a silence; gives why it could not be ended, `undefined` when it is over. */
export async function expireSilence(
  api: JsonApi,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `api/v2/silence/${encodeURIComponent(id)}`;
  const answer = await api.ask({ method: 'DELETE', path }, z.unknown(), signal);
  if (answer.trouble) return answer.trouble.message;
  if (answer.status === 200 || answer.status === 404) return undefined;
  // One that is over already, or unknown, is refused like any other error.
  const left = await readSilence(api, id, signal);
  if (!left || (!('trouble' in left) && left.status.state === 'expired')) return undefined;
  const refused = failed(answer, api, 'end the silence');
  return 'trouble' in refused ? refused.trouble : undefined;
}
