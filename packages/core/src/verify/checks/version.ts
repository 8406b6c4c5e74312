import type { CheckConfigs } from '../../config/check-schema.ts';
import { parseAddress } from '../address.ts';
import { type Observation, worst } from '../check.ts';
import { podHeaders, podPath } from '../pods/ask.ts';
import { type EveryPod, everyPod } from '../pods/every.ts';
import { type Look, lookAt } from '../pods/look.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { type HttpRequest, requestHeaders } from '../request.ts';
import { NAME_LIMIT, oneLine, quoted } from '../text.ts';
import { askBalancer, judgeReplies } from '../version/balancer.ts';
import { describePlace, judgeVersion, type VersionPlace, versionPlace } from '../version/read.ts';

type Config = CheckConfigs['version'];

/** What the pods and the load balancer come to together: the worse of them decides. Pure. */
export function together(observations: readonly Observation[]): Observation {
  const outcome = worst(observations.map((one) => one.outcome)) ?? 'inconclusive';
  const decisive = observations.filter((one) => one.outcome === outcome);
  const [first] = decisive;
  const details = observations.flatMap((one) => one.details ?? []);
  const number = observations.reduce((sum, one) => sum + (one.number ?? 0), 0);
  const { hint, excerpt } = first ?? {};
  return {
    outcome,
    retry: decisive.every(({ retry }) => retry),
    value: decisive.map(({ value }) => value).join(', '),
    message: decisive.map(({ message }) => message).join('; '),
    number,
    ...(hint === undefined ? {} : { hint }),
    ...(excerpt === undefined ? {} : { excerpt }),
    ...(details.length > 0 ? { details } : {}),
  };
}

function podsOf(config: Config, place: VersionPlace, look: Look, what: string): EveryPod {
  return everyPod({
    look,
    port: config.port,
    question: {
      method: 'GET',
      scheme: config.scheme,
      path: podPath(config.path, what),
      headers: podHeaders(config.headers, what),
      timeout: config.timeout,
    },
    judge: (answer) => judgeVersion(answer, place, config.expected),
    expected: `expected version ${quoted(config.expected)}`,
    what,
  });
}

function balancerOf(config: Config, url: string, what: string): HttpRequest {
  const base = parseAddress(url, `${what}: url`);
  const { pathname, search } = new URL(`http://pod${podPath(config.path, what)}`);
  const whole = new URL(base.url);
  whole.pathname = whole.pathname.replace(/\/+$/, '') + pathname;
  whole.search = search || whole.search;
  const { shown } = parseAddress(whole.href, `${what}: url`);
  return {
    method: 'GET',
    address: { ...base, url: whole, shown },
    headers: requestHeaders(config.headers, what),
    timeout: config.timeout,
  };
}

/** Names of pods of earlier templates; none where they cannot be looked at. */
async function oldPods(look: Look | undefined, signal: AbortSignal): Promise<readonly string[]> {
  const { workloads = [] } = (await look?.take(signal)) ?? {};
  return workloads.flatMap(({ pods, newPods }) => {
    const fresh = new Set(newPods.map(({ metadata }) => metadata.uid));
    return pods
      .filter(({ metadata, status }) => !fresh.has(metadata.uid) && status?.phase === 'Running')
      .map(({ metadata }) => metadata.name);
  });
}

/**
 * The check that every new pod, and the load balancer, answers with the version that was deployed. Another
 * version, or no answer, is a failure of the application, and may still become good.
 * @throws UserError for an address, header, JSONPath or regular expression that is not valid, and for
 * workloads that are not verified
 */
export function versionProbe(config: Config, { live }: Pick<Surroundings, 'live'>): Probe {
  const what = `The check "${config.name ?? 'version'}"`;
  const place = versionPlace(config, what);
  const look = config.pods ? lookAt(live, config.workloads, what) : undefined;
  const pods = look && podsOf(config, place, look, what);
  const balancer = config.url === undefined ? undefined : balancerOf(config, config.url, what);
  const asked = [
    ...(look ? [`every new pod of ${look.names.join(', ')}`] : []),
    ...(balancer ? [`${balancer.address.shown}, ${config.requests} times`] : []),
  ];
  const target = `GET ${config.path} of ${asked.join(', and ')}`;

  const measureBalancer = async (request: HttpRequest, signal: AbortSignal) => {
    const replies = await askBalancer(request, place, config.requests, signal);
    const strange = replies.some((one) => 'version' in one && one.version !== config.expected);
    const old = strange ? await oldPods(look, signal) : [];
    return judgeReplies(replies, config.expected, request.address.shown, old);
  };

  return {
    name: oneLine(`version ${config.expected}`, NAME_LIMIT),
    target,
    threshold: `${describePlace(place)} = ${quoted(config.expected)}`,
    warmsUp: true,
    prepare: async (signal) => {
      await pods?.prepare(signal);
      return [];
    },
    measure: async (signal) => {
      const measured = await Promise.all([
        ...(pods ? [pods.ask(signal)] : []),
        ...(balancer ? [measureBalancer(balancer, signal)] : []),
      ]);
      return together(measured);
    },
  };
}
