import type { AccessRule } from '../cluster/api-error.ts';
import type { CheckConfig, CheckConfigs, CheckType } from '../config/check-schema.ts';
import type { CommonConfig, Point } from '../config/checks/shared-keys.ts';
import { UserError } from '../errors.ts';
import { credentialsInAddress, credentialsInHeaders } from './address.ts';
import type { Check } from './check.ts';
import { alertsProbe } from './checks/alerts.ts';
import { httpProbe } from './checks/http.ts';
import { kubernetesProbe } from './checks/kubernetes.ts';
import { logsProbe } from './checks/logs.ts';
import { prometheusProbe } from './checks/prometheus.ts';
import { restartsProbe } from './checks/restarts.ts';
import { rulesProbe } from './checks/rules.ts';
import { smokeProbe } from './checks/smoke.ts';
import { versionProbe } from './checks/version.ts';
import type { CheckPolicy } from './judge.ts';
import { proxyAccess } from './pods/ask.ts';
import type { Probe, Surroundings } from './probe.ts';
import { fillIn, LATER, mentions } from './template.ts';
import { oneLine } from './text.ts';

/** A type of check: which point it belongs to, and how it asks. */
interface Kind<Type extends CheckType> {
  readonly point: Point;
  /**
   * The permissions in the cluster that it needs beside watching the workloads; `undefined` where it
   * looks at no workload.
   */
  readonly cluster: (config: CheckConfigs[Type]) => readonly AccessRule[] | undefined;
  /** @throws UserError for a configuration that is not usable; nothing has been asked by then */
  readonly probe: (config: CheckConfigs[Type], context: Surroundings) => Probe;
}

const none = (): undefined => undefined;
const watching = (): readonly AccessRule[] => [];
const EVENTS: readonly AccessRule[] = ['list', 'watch'].map((verb) => ({
  group: '',
  resource: 'events',
  verb,
}));
const LOGS: AccessRule = { group: '', resource: 'pods/log', verb: 'get' };

const KINDS: { readonly [Type in CheckType]: Kind<Type> } = {
  http: {
    point: 'health',
    cluster: ({ pods, method }) => (pods ? [proxyAccess(method)] : undefined),
    probe: httpProbe,
  },
  version: {
    point: 'health',
    cluster: ({ pods }) => (pods ? [proxyAccess('GET')] : undefined),
    probe: versionProbe,
  },
  kubernetes: {
    point: 'health',
    cluster: ({ warnings }) => (warnings === 'ignore' ? [] : EVENTS),
    probe: kubernetesProbe,
  },
  restarts: { point: 'health', cluster: watching, probe: restartsProbe },
  smoke: { point: 'functionality', cluster: none, probe: smokeProbe },
  alerts: { point: 'monitoring', cluster: none, probe: alertsProbe },
  rules: { point: 'monitoring', cluster: none, probe: rulesProbe },
  logs: {
    point: 'logs',
    cluster: ({ elasticsearch }) => (elasticsearch ? [] : [LOGS]),
    probe: logsProbe,
  },
  prometheus: {
    point: 'performance',
    cluster: ({ query, requests = '', sensors }) =>
      sensors === 'required' || mentions(query, 'pods') || mentions(requests, 'pods')
        ? []
        : undefined,
    probe: prometheusProbe,
  },
};

/** The one type that a check is of. */
export function typeOf(config: CheckConfig): CheckType {
  const type = (Object.keys(KINDS) as CheckType[]).find((key) => config[key] !== undefined);
  if (type === undefined) throw new Error('a check without a type');
  return type;
}

/**
 * The permissions in the cluster that `checks` need beside watching the workloads; `undefined` where none
 * of them looks at a workload.
 */
export function clusterAccess(checks: readonly CheckConfig[]): readonly AccessRule[] | undefined {
  const needs = checks.flatMap((check) => {
    const type = typeOf(check);
    return [KINDS[type].cluster(check[type] as never)].filter((rules) => rules !== undefined);
  });
  return needs.length === 0 ? undefined : [...new Set(needs.flat())];
}

function policyOf(
  config: CommonConfig,
  { warmsUp, limitsFailures }: Probe,
): Omit<CheckPolicy, 'name'> {
  const { successes } = config;
  const tolerance = successes !== undefined && warmsUp ? Infinity : 0;
  return {
    successes,
    failureLimit: limitsFailures ? 0 : (config['failure-limit'] ?? tolerance),
    errorLimit: config['error-limit'] ?? Infinity,
    warmsUp,
    reportOnly: config['report-only'],
    initialDelay: config['initial-delay'],
    interval: config.interval,
  };
}

function createOne<Type extends CheckType>(
  type: Type,
  written: CheckConfigs[Type],
  number: number,
  context: Surroundings,
): Check {
  const { name, point, ...asked } = written as CommonConfig & Readonly<Record<string, unknown>>;
  const subject = name ?? [asked.url, asked.query, asked.run].find(Boolean) ?? type;
  const what = `Check ${number} ("${oneLine(String(subject), 80)}")`;
  const kind: Kind<Type> = KINDS[type];
  const config = fillIn(written, context.variables, what, type === 'prometheus' ? LATER : []);
  const servers = fillIn(context.servers, context.variables, what);
  const probe = kind.probe(config, { ...context, servers });
  const common = config as CommonConfig;
  return {
    ...probe,
    ...policyOf(common, probe),
    type,
    name: common.name ?? probe.name,
    point: point ?? kind.point,
  };
}

/** Where a check may have credentials. */
interface Places {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Everything in the configuration of `checks` that must never be shown. */
export function credentialsOf(
  checks: readonly CheckConfig[],
  { variables, servers }: Pick<Surroundings, 'variables' | 'servers'>,
): readonly string[] {
  const addresses: (string | undefined)[] = [variables.url, ...Object.values(servers)];
  const headers: Readonly<Record<string, string>>[] = [];
  for (const check of checks) {
    const places: readonly (object | undefined)[] = [
      ...Object.values(check),
      check.logs?.elasticsearch,
    ];
    for (const place of places.filter((one) => one !== undefined) as readonly Places[]) {
      addresses.push(place.url);
      headers.push(place.headers ?? {}, place.env ?? {});
    }
  }
  return [
    ...addresses.flatMap((address) => credentialsInAddress(address ?? '')),
    ...headers.flatMap(credentialsInHeaders),
  ];
}

/**
 * The checks of a verification, with names that differ.
 * @throws UserError for the first that is not usable, and when none of them decides anything; nothing
 * has been asked by then
 */
export function createChecks(
  configs: readonly CheckConfig[],
  context: Surroundings,
): readonly Check[] {
  const names = new Map<string, number>();
  const checks = configs.map((config, index) => {
    const type = typeOf(config);
    const check = createOne(type, config[type] as never, index + 1, context);
    const uses = (names.get(check.name) ?? 0) + 1;
    names.set(check.name, uses);
    return uses === 1 ? check : { ...check, name: `${check.name} (${uses})` };
  });
  if (checks.length > 0 && checks.every(({ reportOnly }) => reportOnly)) {
    throw new UserError(
      'All checks are report-only, so nothing would decide: leave report-only out of one at least.',
    );
  }
  return checks;
}
