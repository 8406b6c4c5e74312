import type { CheckConfigs } from '../../config/check-schema.ts';
import { formatDuration } from '../../config/duration.ts';
import { parseAddress } from '../address.ts';
import type { Observation } from '../check.ts';
import { failedAssertions, type JsonAssertion, jsonAssertions } from '../json-assertions.ts';
import type { Probe } from '../probe.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  NoAnswer,
  requestHeaders,
  sendRequest,
} from '../request.ts';
import { excerptOf, NAME_LIMIT, oneLine, quoted } from '../text.ts';

interface Expectation {
  /** Accepted status codes; `undefined`: 200 to 299. */
  readonly statuses: readonly number[] | undefined;
  readonly assertions: readonly JsonAssertion[];
}

function describeStatuses(statuses: readonly number[] | undefined): string {
  return `HTTP ${statuses?.join(' or ') ?? '200 to 299'}`;
}

function accepts({ statuses }: Expectation, status: number): boolean {
  return statuses ? statuses.includes(status) : status >= 200 && status <= 299;
}

function bad(value: string, message: string, hint: string, body = ''): Observation {
  const excerpt = excerptOf(body);
  return { outcome: 'failed', retry: true, value, message, hint, ...(excerpt ? { excerpt } : {}) };
}

function badStatus(answer: HttpAnswer, expectation: Expectation): Observation {
  const value = `HTTP ${answer.status}`;
  const expected = describeStatuses(expectation.statuses);
  const location = [answer.headers.location].flat()[0];
  if (answer.status >= 300 && answer.status <= 399 && location !== undefined) {
    return bad(
      value,
      `expected ${expected}, got ${answer.status}, a redirect to ${oneLine(location)}`,
      'Redirects are not followed: give the address where it leads, or accept the redirect with "status".',
    );
  }
  const hint = 'Look at the log of the application, and whether the address is the right one.';
  return bad(value, `expected ${expected}, got ${answer.status}`, hint, answer.body);
}

/** What an answer means; pure. */
export function judgeAnswer(answer: HttpAnswer, expectation: Expectation): Observation {
  if (!accepts(expectation, answer.status)) return badStatus(answer, expectation);
  const value = `HTTP ${answer.status}`;
  if (expectation.assertions.length === 0) {
    return { outcome: 'succeeded', retry: true, value, message: value };
  }
  const type = oneLine([answer.headers['content-type']].flat()[0] ?? 'no content-type');
  let document: unknown;
  try {
    if (answer.cut) throw new SyntaxError('longer than 1 MiB');
    document = JSON.parse(answer.body);
  } catch {
    const why = answer.cut ? 'it is longer than 1 MiB' : `content-type: ${type}`;
    return bad(
      `${value}, not JSON`,
      `expected a JSON body, but it cannot be read as JSON (${why})`,
      'Is this the address of the endpoint itself, and not of a page in front of it?',
      answer.body,
    );
  }
  const wrong = failedAssertions(document, expectation.assertions);
  if (wrong.length > 0) {
    return bad(
      `${value}, ${wrong.length} of ${expectation.assertions.length} values wrong`,
      wrong.join('; '),
      'If an old version still answers, is the rollout complete, and does the address lead to it?',
      answer.body,
    );
  }
  return { outcome: 'succeeded', retry: true, value, message: `${value}, all values as expected` };
}

function describeExpectation({ statuses, assertions }: Expectation, successes?: number): string {
  const parts = [
    describeStatuses(statuses),
    ...assertions.map(({ path, expected }) => `${path} = ${quoted(expected)}`),
  ];
  if (successes === undefined) return parts.join(', ');
  return `${parts.join(', ')}; ${successes === 1 ? 'once' : `${successes} in a row`}`;
}

/**
 * The check that asks an endpoint of the application. Whatever is wrong with its answer, or that
 * there is none, is a failure of the application, and may still become good.
 * @throws UserError for an address, header or JSONPath that is not valid
 */
export function httpProbe(config: CheckConfigs['http']): Probe {
  const what = `The check "${config.name ?? oneLine(config.url)}"`;
  const address = parseAddress(config.url, `${what}: url`);
  const headers = requestHeaders(config.headers, what);
  const request: HttpRequest = { method: config.method, address, headers, timeout: config.timeout };
  const expectation: Expectation = {
    statuses: config.status === undefined ? undefined : [config.status].flat(),
    assertions: jsonAssertions(config.json, what),
  };
  const target = `${config.method} ${address.shown}`;
  return {
    name: oneLine(target, NAME_LIMIT),
    target,
    threshold: describeExpectation(expectation, config.successes),
    warmsUp: true,
    measure: async (signal) => {
      try {
        return judgeAnswer(await sendRequest(request, signal), expectation);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return bad(
          error.message,
          `expected ${describeStatuses(expectation.statuses)}, got none: ${error.message}`,
          error.hint ??
            `Is the service up, the address reachable from this runner, and ${formatDuration(config.timeout)} enough for an answer?`,
        );
      }
    },
  };
}
