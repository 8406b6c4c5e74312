import * as z from 'zod';
import type { JsonApi } from './json-api.ts';
import { oneLine } from './text.ts';

/**
 * What is written at a time range of Grafana's dashboards:
 * https://grafana.com/docs/grafana/latest/developers/http_api/annotations/
 */
export interface Annotation {
  /** HTML, as Grafana shows it. */
  readonly text: string;
  readonly tags: readonly string[];
}

/** Where an annotation begins. */
export interface AnnotationStart extends Annotation {
  /** Epoch milliseconds. */
  readonly time: number;
  /** The one dashboard that shows it; `undefined` for all that ask for its tags. */
  readonly dashboardUid: string | undefined;
}

const answerSchema = z.object({ message: z.string().default(''), id: z.int().optional() });

async function send(
  api: JsonApi,
  method: 'POST' | 'PATCH',
  path: string,
  json: object,
  signal: AbortSignal,
): Promise<{ readonly id: number | undefined } | { readonly trouble: string }> {
  const answer = await api.ask({ method, path, json }, answerSchema, signal);
  if (answer.trouble) return { trouble: answer.trouble.message };
  const { status, body } = answer;
  if (status === 200) return { id: body.id };
  const why =
    status === 401 || status === 403
      ? '; the token needs the permissions annotations:create and annotations:write'
      : '';
  return {
    trouble: `${api.shown} refuses the annotation (HTTP ${status}: ${oneLine(body.message)}${why})`,
  };
}

/** Begins an annotation; gives its id, or why there is none, without a full stop. */
export async function beginAnnotation(
  api: JsonApi,
  { time, text, tags, dashboardUid }: AnnotationStart,
  signal: AbortSignal,
): Promise<{ readonly id: number } | { readonly trouble: string }> {
  const place = dashboardUid === undefined ? {} : { dashboardUID: dashboardUid };
  const body = { time, text, tags, ...place };
  const answer = await send(api, 'POST', 'api/annotations', body, signal);
  if ('trouble' in answer) return answer;
  const { id } = answer;
  return id === undefined ? { trouble: `${api.shown} gave no id of the annotation` } : { id };
}

/** Ends an annotation; gives why it could not, `undefined` when it is done. */
export async function endAnnotation(
  api: JsonApi,
  id: number,
  { time, text, tags }: Annotation & { readonly time: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const body = { timeEnd: time, text, tags };
  const answer = await send(api, 'PATCH', `api/annotations/${id}`, body, signal);
  return 'trouble' in answer ? answer.trouble : undefined;
}

/** What a verification is about, as an annotation says it. */
export interface AnnotationFacts {
  readonly app: string;
  readonly environment: string | undefined;
  readonly version: string | undefined;
  /** Number of the release. */
  readonly release: string | undefined;
  /** Address of the run. */
  readonly run: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}

/** `shop 1.4.2 (release 7) in staging`, and a link to the run. */
export function annotationText({ app, environment, version, release, run }: AnnotationFacts) {
  const what = [app, version].filter(Boolean).join(' ');
  const number = release === undefined ? '' : ` (release ${release})`;
  const where = environment === undefined ? '' : ` in ${environment}`;
  const link = /^https?:/.test(run) ? `\n<a href="${escaped(run)}">run</a>` : '';
  return `${escaped(`${what}${number}${where}`)}${link}`;
}

/** `text` of a verification that has ended, with how. */
export function withVerdict(text: string, verdict: string): string {
  return `${text}\n${escaped(oneLine(verdict, 500))}`;
}

/** The tags of every annotation of `facts`, after those that are configured; none twice. */
export function annotationTags(
  configured: readonly string[],
  { app, environment }: Pick<AnnotationFacts, 'app' | 'environment'>,
): readonly string[] {
  const place = environment === undefined ? [] : [`environment:${environment}`];
  return [...new Set([...configured, 'paal', `app:${app}`, ...place])];
}
