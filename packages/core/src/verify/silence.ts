import * as z from 'zod';
import { UserError } from '../errors.ts';
import { type Matcher, matches } from './alerts/matchers.ts';
import type { Variables } from './template.ts';

/** Whose deployment a silence is for. */
export type SilenceOwner = Pick<Variables, 'app' | 'environment'>;

/** What PAAL is called as the creator of silences. */
export const CREATOR = 'paal';

/** Labels of which one must be fixed, so that a silence is about no more than one app. */
export const NARROWING = [
  'namespace',
  'kubernetes_namespace',
  'exported_namespace',
  'app',
  'application',
  'app_kubernetes_io_name',
  'app_kubernetes_io_instance',
  'service',
  'job',
  'deployment',
  'statefulset',
  'daemonset',
] as const;

/** Values that nobody has: what fits them fits everything. */
const NOBODY = ['', 'a-name-that-nobody-has', 'Z9_~'];

function narrows(matcher: Matcher): boolean {
  const known = NARROWING.find((label) => label === matcher.name);
  return (
    known !== undefined && !NOBODY.some((value) => matches(matcher, { [matcher.name]: value }))
  );
}

/** @throws UserError, in which `what` is the subject, for a silence that would hide what is not of this app */
export function requireNarrow(matchers: readonly Matcher[], what: string): void {
  if (matchers.some(narrows)) return;
  throw new UserError(
    `${what} would also hide alerts of others: it must fix the namespace or the app, such as ` +
      `namespace="{{namespace}}". One of these labels with = or =~: ${NARROWING.join(', ')}.`,
  );
}

/** The mark in the comment of every silence for `owner`. */
export function silenceMark({ app = '', environment = '' }: SilenceOwner): string {
  const parts = [`app=${JSON.stringify(app)}`, `environment=${JSON.stringify(environment)}`];
  return `[paal ${parts.join(' ')}]`;
}

/** The comment of a silence: why it is there, for whom, and which run has made it. */
export function silenceComment(text: string, owner: SilenceOwner, run: string): string {
  return `${text} ${silenceMark(owner)} ${run}`;
}

/** The part of `/api/v2/silence/{id}` that is looked at. */
export const silenceSchema = z.object({
  createdBy: z.string().default(''),
  comment: z.string().default(''),
  startsAt: z.string(),
  endsAt: z.string(),
  status: z.object({ state: z.string() }),
});

/** Whether a silence was made for the app that `mark` stands for. */
export function isOwnSilence(
  { createdBy, comment }: Pick<z.output<typeof silenceSchema>, 'createdBy' | 'comment'>,
  mark: string | undefined,
): boolean {
  return mark !== undefined && createdBy === CREATOR && comment.includes(mark);
}
