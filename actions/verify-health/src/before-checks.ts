import type { CheckConfig } from '@paal/core/config/check-schema';
import { UserError } from '@paal/core/errors';
import type { Check, Observation } from '@paal/core/verify/check';
import { createChecks, typeOf } from '@paal/core/verify/plan';
import type { Surroundings } from '@paal/core/verify/probe';
import { mentions, type Variables } from '@paal/core/verify/template';
import type { Live } from '@paal/core/workload/live';
import type { Settings } from './settings.ts';

/** What a check is of which nothing is decided. */
function withoutVerdict(config: CheckConfig): CheckConfig {
  const type = typeOf(config);
  return { ...config, [type]: { ...config[type], 'report-only': false } };
}

/** What a check uses that has no value before the release. */
function unknownYet(config: CheckConfig, { version }: Variables): string | undefined {
  const text = JSON.stringify(config);
  if (mentions(text, 'release')) return 'release';
  return version === undefined && mentions(text, 'version') ? 'version' : undefined;
}

/** Workloads that nobody looks at: a check that is only made asks nothing. */
function unseen(settings: Settings): Live {
  const read = (): Promise<never> => Promise.reject(new Error('nothing is to be asked yet'));
  const { namespace = '' } = settings.variables;
  return {
    connection: {} as Live['connection'],
    namespace,
    names: settings.workloads,
    age: () => undefined,
    read,
  };
}

/** The checks that compare with what was before, and what is not asked although it might. */
export interface Comparable {
  readonly configs: readonly CheckConfig[];
  /** One sentence each. */
  readonly leftOut: readonly string[];
}

/**
 * Which of the checks are asked before a release. Asks nothing.
 * @throws UserError for one that is not usable, and for two of one type and name, which could not be told
 * apart afterwards
 */
export function comparableChecks(
  settings: Settings,
  context: Omit<Surroundings, 'live' | 'before'>,
): Comparable {
  const leftOut: string[] = [];
  const known = settings.checks.flatMap((config) => {
    const name = unknownYet(config, settings.variables);
    if (name === undefined) return [withoutVerdict(config)];
    const type = typeOf(config);
    const called = config[type]?.name ? `"${config[type].name}"` : `of type ${type}`;
    leftOut.push(`The check ${called} is not asked before the release: it uses {{${name}}}.`);
    return [];
  });
  const checks = createChecks(known, {
    ...context,
    live: unseen(settings),
    before: () => undefined,
  });
  const configs = known.filter((_, index) => checks[index]?.comparable);
  const names = configs.flatMap((config) => {
    const type = typeOf(config);
    return config[type]?.name ? [`${type} check "${config[type].name}"`] : [];
  });
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice === undefined) return { configs, leftOut };
  throw new UserError(
    `There are two of the ${twice}, so what they measure before the release could not be told apart after it: give them different names.`,
  );
}

/**
 * A check as it is asked before a release: again and again until the time is over, whatever it sees. That
 * there is nothing to look at yet says nothing.
 */
export function asBefore(check: Check): Check {
  const nothing = ({ message }: UserError): Observation => ({
    outcome: 'inconclusive',
    retry: true,
    value: 'nothing there',
    message: message.replace(/\.$/, ''),
  });
  return {
    ...check,
    successes: undefined,
    failureLimit: Infinity,
    errorLimit: Infinity,
    warmsUp: false,
    reportOnly: false,
    initialDelay: 0,
    interval: undefined,
    measure: async (signal) => {
      try {
        return { ...(await check.measure(signal)), retry: true };
      } catch (error) {
        if (signal.aborted || !(error instanceof UserError)) throw error;
        return nothing(error);
      }
    },
  };
}
