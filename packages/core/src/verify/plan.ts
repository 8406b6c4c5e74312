import type { CheckConfig } from '../config/schema.ts';
import { UserError } from '../errors.ts';
import { credentialsInAddress, credentialsInHeaders } from './address.ts';
import type { Check } from './check.ts';
import { createHttpCheck } from './http.ts';
import { createPrometheusCheck } from './prometheus.ts';
import { fillIn, type Variables } from './template.ts';
import { oneLine } from './text.ts';

/** What checks need to know beside their own configuration. */
export interface CheckContext {
  readonly variables: Variables;
  /** The Prometheus server of checks that name none. */
  readonly prometheusUrl: string | undefined;
}

/** Everything in the configuration of `checks` that must never be shown. */
export function credentialsOf(
  checks: readonly CheckConfig[],
  context: CheckContext,
): readonly string[] {
  const addresses = [context.variables.url, context.prometheusUrl];
  const headers = checks.map(({ http, prometheus }) => {
    addresses.push(http?.url, prometheus?.url);
    return { ...http?.headers, ...prometheus?.headers };
  });
  return [
    ...addresses.flatMap((address) => credentialsInAddress(address ?? '')),
    ...headers.flatMap(credentialsInHeaders),
  ];
}

function createCheck(config: CheckConfig, number: number, context: CheckContext): Check {
  const own = config.http ?? config.prometheus;
  const subject = own?.name ?? config.http?.url ?? config.prometheus?.query ?? '';
  const what = `Check ${number} ("${oneLine(subject, 80)}")`;
  const { http, prometheus } = fillIn(config, context.variables, what);
  if (http) return createHttpCheck(http);
  if (prometheus) {
    const { variables, prometheusUrl } = context;
    return createPrometheusCheck(prometheus, fillIn(prometheusUrl, variables, what));
  }
  throw new UserError(`${what} has no type.`);
}

/**
 * The checks of a verification, with names that differ.
 * @throws UserError for the first that is not usable; nothing has been asked by then
 */
export function createChecks(
  configs: readonly CheckConfig[],
  context: CheckContext,
): readonly Check[] {
  const names = new Map<string, number>();
  return configs.map((config, index) => {
    const check = createCheck(config, index + 1, context);
    const uses = (names.get(check.name) ?? 0) + 1;
    names.set(check.name, uses);
    return uses === 1 ? check : { ...check, name: `${check.name} (${uses})` };
  });
}
