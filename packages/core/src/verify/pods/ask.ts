import {
  type AccessRule,
  isTransient,
  rbacRules,
  UnreachableError,
} from '../../cluster/api-error.ts';
import type { Connection } from '../../cluster/connection.ts';
import { type Forwarded, type ForwardRequest, ownRefusal } from '../../cluster/forwarded.ts';
import { objectPath, RESOURCES } from '../../cluster/object.ts';
import { formatDuration } from '../../config/duration.ts';
import { UserError } from '../../errors.ts';
import type { Observation } from '../check.ts';
import { requestHeaders } from '../request.ts';
import { oneLine } from '../text.ts';
import { clusterTrouble } from './look.ts';

/** What every pod is asked. */
export interface PodQuestion {
  readonly method: ForwardRequest['method'];
  readonly scheme: 'http' | 'https';
  /** With its parameters; begins with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for one answer. */
  readonly timeout: number;
}

/** What came of asking a pod. */
export type PodReply =
  | { readonly how: 'answer'; readonly answer: Forwarded }
  /** There is no answer, and that is the pod's fault. */
  | { readonly how: 'silent'; readonly why: string; readonly hint: string }
  /** There is no such pod any more. */
  | { readonly how: 'gone' }
  /** The API server did not hand the question on; an observation with the outcome `error`. */
  | { readonly how: 'trouble'; readonly trouble: Observation };

const REACHED =
  'Does the container listen at this port, on all addresses, and is "scheme" right? A NetworkPolicy may also keep the API server from the pod.';

/** By these the API server would take the question for somebody else's. */
const OURS = /^(authorization|impersonate-.*|x-remote-.*)$/;

/**
 * The permission for asking pods so: what the API server makes of the method
 * (k8s.io/apiserver/pkg/endpoints/request/requestinfo.go).
 */
export function proxyAccess(method: PodQuestion['method']): AccessRule {
  return { group: '', resource: 'pods/proxy', verb: method === 'POST' ? 'create' : 'get' };
}

/**
 * A path as it is appended to the pod's: without `..`, so that it leads nowhere else.
 * @throws UserError, in which `what` is the subject, where it is no path
 */
export function podPath(path: string, what: string): string {
  const address = `http://pod${path}`;
  if (!path.startsWith('/') || !URL.canParse(address)) {
    throw new UserError(`${what}: path is "${path}"; write one such as /api/health.`);
  }
  const { pathname, search } = new URL(address);
  return pathname + search;
}

/**
 * Headers as they can be sent to a pod.
 * @throws UserError, in which `what` is the subject, for one that cannot
 */
export function podHeaders(
  headers: Readonly<Record<string, string>>,
  what: string,
): Record<string, string> {
  const result = requestHeaders(headers, what);
  const ours = Object.keys(result).find((name) => OURS.test(name));
  if (ours !== undefined) {
    throw new UserError(
      `${what}: the header "${ours}" cannot be sent to pods: the API server, which hands the question on, takes it for its own. Ask a path that needs no sign-in.`,
    );
  }
  return result;
}

function isPage({ headers }: Forwarded): boolean {
  return [headers['content-type']].flat()[0]?.startsWith('text/html') ?? false;
}

/** What an answer that came through the API server is; pure. */
export function replyOf(answer: Forwarded, rule: AccessRule): PodReply {
  const refusal = ownRefusal(answer);
  const said = refusal?.message ?? answer.body;
  const unreached = /trying to reach service:\s*(.*)/is.exec(said)?.[1];
  if (answer.status >= 500 && unreached !== undefined) {
    return { how: 'silent', why: whyUnreached(unreached), hint: REACHED };
  }
  if (refusal === undefined) {
    // A load balancer in front of the API server has pages of its own; the API server marks what passes it.
    const strange = answer.status >= 500 && isPage(answer) && !answer.headers['audit-id'];
    if (!strange) return { how: 'answer', answer };
    return troubleOf(answer, 'something between this runner and the API server answered');
  }
  if (answer.status === 404) return { how: 'gone' };
  const message = `the API server refused to hand the question on: ${oneLine(said, 500)}`;
  if (answer.status !== 403) return troubleOf(answer, message);
  return troubleOf(answer, message, `Add this rule to a Role of the user:\n${rbacRules([rule])}`);
}

function troubleOf({ status }: Forwarded, message: string, hint?: string): PodReply {
  const advice = hint ?? 'Can the API server be asked with kubectl get --raw?';
  const value = `HTTP ${status}`;
  return {
    how: 'trouble',
    trouble: { outcome: 'error', retry: true, value, message, hint: advice },
  };
}

/** Why the API server did not reach a pod, in the words of {@link NoAnswer}. */
function whyUnreached(text: string): string {
  if (/connection refused/i.test(text)) return 'connection refused';
  if (/i\/o timeout|deadline exceeded/i.test(text)) return 'connection timed out';
  if (/\bEOF\b|reset by peer|broken pipe/i.test(text)) return 'connection closed before the answer';
  return oneLine(text.replace(/'$/, ''));
}

/** Whether the API server answers at all, so that it is the pod that does not. */
async function answers(connection: Connection, signal: AbortSignal): Promise<boolean> {
  try {
    const purpose = 'say its version';
    await connection.request({ method: 'GET', path: '/version', purpose }, { signal, patience: 0 });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    return !isTransient(error);
  }
}

/**
 * Asks one pod through the API server, which reaches it where this runner does not.
 * Rejects only when `signal` is aborted, or through a bug.
 */
export async function askPod(
  connection: Connection,
  pod: { readonly namespace: string; readonly name: string; readonly port: number },
  { scheme, path, ...question }: PodQuestion,
  signal: AbortSignal,
): Promise<PodReply> {
  const target = `${scheme === 'https' ? 'https:' : ''}${pod.name}:${pod.port}`;
  const { timeout } = question;
  try {
    const answer = await connection.forward(
      {
        ...question,
        headers: { 'user-agent': 'paal-verify-health', ...question.headers },
        path: `${objectPath(RESOURCES.pods, pod.namespace, target)}/proxy${path}`,
        purpose: `ask pod ${pod.name}`,
      },
      signal,
    );
    return replyOf(answer, proxyAccess(question.method));
  } catch (error) {
    signal.throwIfAborted();
    const late = error instanceof UnreachableError && error.how === 'unanswered';
    const broken = error instanceof UnreachableError && error.how === 'broken';
    if ((late || broken) && (await answers(connection, signal))) {
      const why = late
        ? `no answer within ${formatDuration(timeout)}`
        : 'connection closed before the answer';
      return { how: 'silent', why, hint: REACHED };
    }
    return { how: 'trouble', trouble: clusterTrouble(error) };
  }
}
