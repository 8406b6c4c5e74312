import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import { type JsonValue, type Observation, worst } from '../check.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { openPrometheus, type Prometheus } from '../prometheus/api.ts';
import {
  askRules,
  checkExpressions,
  chosenRules,
  readAnswers,
  rulesOfFile,
} from '../prometheus/rules.ts';
import { type AskedRule, judgeRules, type Memory, remember, withIds } from '../prometheus/truth.ts';
import { DEFAULT_INTERVAL } from '../schedule.ts';

type Config = CheckConfigs['rules'];

/** Before the release began, by so many seconds: its first pods start at once. */
const MARGIN = 15;

const ANEW =
  'Was it so before the release, too? Run paal/verify-health with phase: before in front of the rollout, or give it the release, and what was true before does not count.';

/** The rules that a check asks, or why they are not known. */
type Loaded =
  | { readonly rules: readonly AskedRule[]; readonly recorded: readonly string[] }
  | { readonly trouble: Observation };

async function loadRules(
  config: Config,
  prometheus: Prometheus,
  { workspace, what }: { readonly workspace: string; readonly what: string },
  signal: AbortSignal,
): Promise<Loaded> {
  const { file, alerts: names, labels } = config;
  const { withLabels } = await import(/* webpackMode: "eager" */ '../prometheus/labels.ts');
  const inFile = file === undefined ? undefined : await rulesOfFile(file, workspace, what);
  const answer = inFile ? { found: inFile.alerts } : await prometheus.alertRules(signal);
  if (answer.trouble) return { trouble: answer.trouble };
  const chosen = chosenRules(answer.found, names, what, file ?? prometheus.shown);
  const asked = chosen.map((rule) => ({
    ...rule,
    expression: withLabels(rule.expression, labels),
  }));
  return { rules: withIds(asked), recorded: inFile?.recorded ?? [] };
}

/** Keys that were kept before the release; anything else is passed over. */
function keptKeys(kept: readonly JsonValue[]): ReadonlySet<string> {
  return new Set(kept.flat().filter((key) => typeof key === 'string'));
}

function errorOf(errors: readonly (readonly [AskedRule, Observation])[]): Observation | undefined {
  const [first] = errors;
  if (!first) return undefined;
  const [rule, seen] = first;
  const more = errors.length > 1 ? `; ${errors.length - 1} more rules could not be asked` : '';
  return { ...seen, message: `${rule.name}: ${seen.message}${more}` };
}

/**
 * The check that asks the expressions of alerting rules themselves, so that it sees what they see before
 * their `for` is over. Whether they are true once may be chance: it fails when one is so for more
 * measurements in a row than `failure-limit`.
 * @throws UserError for an address or header that is not valid, and when there is no address
 */
export function rulesProbe(
  config: Config,
  { servers, live, clock, workspace, before, phase, duration }: Surroundings,
): Probe {
  const { file, url, headers, timeout, 'failure-limit': limit } = config;
  const source = file ?? 'the server';
  const title = `alerting rules of ${source}`;
  const name = config.name ?? title;
  const what = `The check "${name}"`;
  const prometheus = openPrometheus({ url, headers, timeout }, servers, what);
  const confirmation = limit * (config.interval ?? DEFAULT_INTERVAL);
  let loaded: Loaded | undefined;
  let memory: Memory | undefined;
  /** Whether it is known what was true before the release. */
  let comparable = true;

  const load = async (signal: AbortSignal): Promise<Loaded> => {
    if (loaded) return loaded;
    const result = await loadRules(config, prometheus, { workspace, what }, signal);
    if ('rules' in result) loaded = result;
    return result;
  };

  /** Keys of what was true before the release; an observation where that cannot be found out now. */
  const trueBefore = async (
    rules: readonly AskedRule[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<string> | Observation> => {
    const kept = before('rules', name);
    if (kept) return keptKeys(kept);
    const age = live?.age();
    if (age === undefined) {
      comparable = false;
      return new Set();
    }
    const now = await prometheus.now(signal);
    if (now.trouble) return now.trouble;
    const time = now.found - age / 1_000 - MARGIN;
    const { found, errors } = readAnswers(await askRules(prometheus, rules, signal, time));
    return errorOf(errors) ?? new Set(found.truths.map(({ key }) => key));
  };

  return {
    name: title,
    target: `${title} at ${prometheus.address}`,
    threshold: `no rule is true more than ${limit} times in a row`,
    warmsUp: false,
    comparable: config['ignore-existing'],
    limitsFailures: true,
    prepare: async (signal) => {
      const result = await load(signal);
      if ('trouble' in result) return [];
      const { rules, recorded } = result;
      checkExpressions(await askRules(prometheus, rules, signal), what);
      const { absentSeries } = await import(/* webpackMode: "eager" */ '../prometheus/absent.ts');
      const { remarksOnExpressions } = await import(/* webpackMode: "eager" */ '../bake.ts');
      // All rules of a server may ask for all its series, which is too much to look for.
      // Before a first release nothing of it is measured.
      const absent =
        file && phase !== 'before'
          ? await absentSeries(prometheus, rules, { labels: config.labels, recorded }, signal)
          : [];
      const late =
        duration === undefined ? [] : remarksOnExpressions(rules, duration, confirmation);
      return [...absent, ...late];
    },
    needs: async (signal) => {
      const result = await load(signal);
      if ('trouble' in result) return undefined;
      const { durationForExpressions } = await import(/* webpackMode: "eager" */ '../bake.ts');
      return durationForExpressions(result.rules, confirmation);
    },
    measure: async (signal) => {
      const result = await load(signal).catch((error: unknown) => {
        // Only a server that answers late gets here with a wrong name: prepare would have said it.
        if (!(error instanceof UserError)) throw error;
        const message = error.message.replace(/\.$/, '');
        return { trouble: { outcome: 'error', retry: false, value: 'no rules', message } as const };
      });
      if ('trouble' in result) return result.trouble;
      if (!memory) {
        const compared = config['ignore-existing'] && phase !== 'before';
        const existing = compared ? await trueBefore(result.rules, signal) : new Set<string>();
        if ('outcome' in existing) return existing;
        memory = { rows: new Map(), existing };
      }
      const { found, errors } = readAnswers(await askRules(prometheus, result.rules, signal));
      const now = clock.now();
      memory = remember(memory, found, now);
      const judged = judgeRules(found, { memory, now, limit });
      const seen =
        comparable || judged.outcome === 'succeeded' ? judged : { ...judged, hint: ANEW };
      const error = errorOf(errors);
      const decisive =
        error && worst([seen.outcome, error.outcome]) === error.outcome ? error : seen;
      if (phase !== 'before') return decisive;
      return { ...decisive, keep: found.truths.map(({ key }) => key) };
    },
  };
}
