import type { CheckConfigs } from '../../config/check-schema.ts';
import { formatDuration } from '../../config/duration.ts';
import { UserError } from '../../errors.ts';
import { parseAddress } from '../address.ts';
import type { Observation } from '../check.ts';
import { judgeCertificates } from '../http/certificate.ts';
import {
  bad,
  describeExpectation,
  describeStatuses,
  type Expectation,
  expectationOf,
  judgeAnswer,
} from '../http/expectation.ts';
import { sendFollowing, type Way } from '../http/redirects.ts';
import { podHeaders, podPath } from '../pods/ask.ts';
import { everyPod } from '../pods/every.ts';
import { lookAt } from '../pods/look.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { type HttpRequest, NoAnswer, requestHeaders } from '../request.ts';
import { NAME_LIMIT, oneLine } from '../text.ts';

type Config = CheckConfigs['http'];

/** What the check needs to know of the time and of the cluster. */
type Context = Pick<Surroundings, 'clock' | 'live'>;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The body of a request with what it says of itself, unless the check's own headers say it. */
function bodyOf({ 'request-body': body }: Config): {
  readonly body?: string;
  readonly kind: Readonly<Record<string, string>>;
} {
  if (body === undefined) return { kind: {} };
  const type = isJson(body) ? 'application/json' : 'text/plain; charset=utf-8';
  return { body, kind: { 'content-type': type } };
}

function thresholdOf(config: Config, expectation: Expectation): string {
  const { successes, 'max-latency': latency, 'certificate-days': days } = config;
  const parts = [
    describeExpectation(expectation),
    ...(latency === undefined ? [] : [`within ${Math.round(latency)} ms`]),
    ...(days === undefined ? [] : [`certificate valid for ${days} days`]),
  ];
  if (successes === undefined) return parts.join(', ');
  return `${parts.join(', ')}; ${successes === 1 ? 'once' : `${successes} in a row`}`;
}

/** What the way to an answer means, beside the answer itself: its time, its redirects, certificates. Pure. */
export function judgeWay(
  { answer, hops }: Way,
  expectation: Expectation,
  limits: { readonly latency: number | undefined; readonly days: number | undefined },
  took: number,
  now: number,
): Observation {
  const seen = hops
    .filter(({ address }) => address.url.protocol === 'https:')
    .map((hop) => ({ host: hop.address.url.host, ends: hop.answer.certificateEnds }));
  const { trouble, warnings } = judgeCertificates(seen, limits.days, now);
  const measured = Math.round(took);
  const shared = { number: measured, ...(warnings.length > 0 ? { warnings } : {}) };
  const last = hops.at(-1)?.address.shown;
  const via = hops.length > 1 ? `, after ${hops.length - 1} redirects, from ${last}` : '';
  const judged = judgeAnswer(answer, expectation);
  if (judged.outcome !== 'succeeded') {
    return { ...judged, ...shared, message: judged.message + via };
  }
  if (trouble) return { ...trouble, ...shared };
  const { latency } = limits;
  if (latency !== undefined && measured > latency) {
    const message = `expected an answer within ${Math.round(latency)} ms, got one in ${measured} ms${via}`;
    const hint =
      'The time is that of a new connection, with looking up the name and TLS; is it usual from this runner?';
    return { ...bad(`${judged.value}, too slow`, message, hint), ...shared };
  }
  return { ...judged, ...shared, message: `${judged.message} in ${measured} ms${via}` };
}

function addressProbe(config: Config, url: string, what: string, context: Context): Probe {
  const { clock } = context;
  const address = parseAddress(url, `${what}: url`);
  const days = config['certificate-days'];
  if (days !== undefined && address.url.protocol !== 'https:') {
    throw new UserError(
      `${what}: certificate-days goes with an address that begins with https://.`,
    );
  }
  const { body, kind } = bodyOf(config);
  const request: HttpRequest = {
    method: config.method,
    address,
    headers: { ...kind, ...requestHeaders(config.headers, what) },
    timeout: config.timeout,
    ...(body === undefined ? {} : { body }),
  };
  const expectation = expectationOf(config, what);
  const target = `${config.method} ${address.shown}`;
  const limits = { latency: config['max-latency'], days };
  return {
    name: oneLine(target, NAME_LIMIT),
    target,
    threshold: thresholdOf(config, expectation),
    warmsUp: true,
    measure: async (signal) => {
      const start = clock.now();
      try {
        const way = await sendFollowing(request, config['follow-redirects'], signal);
        const took = clock.now() - start;
        // Certificates are valid by the time of day, and TLS has just gone by the same.
        return judgeWay(way, expectation, limits, took, Date.now());
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return bad(
          error.message,
          `expected ${describeStatuses(expectation)}, got none: ${error.message}`,
          error.hint ??
            `Is the service up, the address reachable from this runner, and ${formatDuration(config.timeout)} enough for an answer?`,
        );
      }
    },
  };
}

function podsProbe(config: Config, path: string, what: string, { live }: Context): Probe {
  const look = lookAt(live, config.workloads, what);
  const expectation = expectationOf(config, what);
  const { body, kind } = bodyOf(config);
  const pods = everyPod({
    look,
    port: config.port,
    question: {
      method: config.method,
      scheme: config.scheme,
      path: podPath(path, what),
      headers: { ...kind, ...podHeaders(config.headers, what) },
      timeout: config.timeout,
      ...(body === undefined ? {} : { body }),
    },
    judge: (answer) => judgeAnswer(answer, expectation),
    expected: `expected ${describeStatuses(expectation)}`,
    what,
  });
  const target = `${config.method} ${path} of every new pod of ${look.names.join(', ')}`;
  return {
    name: oneLine(target, NAME_LIMIT),
    target,
    threshold: thresholdOf(config, expectation),
    warmsUp: true,
    prepare: async (signal) => {
      await pods.prepare(signal);
      return [];
    },
    measure: pods.ask,
  };
}

/**
 * The check that asks an endpoint of the application, at an address or of every new pod. Whatever is
 * wrong with its answer, or that there is none, is a failure of the application, and may still become
 * good.
 * @throws UserError for an address, header, JSONPath or regular expression that is not valid, and for pods
 * of workloads that are not verified
 */
export function httpProbe(config: Config, context: Context): Probe {
  const subject = config.name ?? oneLine(config.url ?? config.path ?? 'http');
  const what = `The check "${subject}"`;
  if (config.url !== undefined) return addressProbe(config, config.url, what, context);
  return podsProbe(config, config.path ?? '/', what, context);
}
