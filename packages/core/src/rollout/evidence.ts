import type { Clock } from '../clock.ts';
import { hasCode, isTransient } from '../cluster/api-error.ts';
import type { Connection } from '../cluster/connection.ts';
import { readLog } from '../cluster/logs.ts';
import { errorMessage } from '../errors.ts';
import type { Evidence, Finding } from '../report/finding.ts';
import { withCircumstances } from './circumstances.ts';
import type { ContainerMemory } from './container-memory.ts';
import { eventCount, eventTime } from './event-memory.ts';
import type { Observation } from './observation.ts';
import type { Standing } from './tracker.ts';

/** Evidence is collected before anything is rolled back, and must not hold that up for longer. */
const MOST_TIME = 3_000;
const LOG_LINES = 25;
const MOST_PODS = 3;
const MOST_EVENTS = 10;
const MOST_FINDINGS = 10;

/** The end of the title of what a container said in a run that is over. */
const EXITED = ' before it exited';

/** What the kubelet sends, as if it were the log, for a run whose log it has removed. */
const NO_LOG =
  /^(unable to retrieve container logs for |failed to try resolving symlinks in path )/;

/** Why there is no log, where that is worth a word; a log that does not exist is none. */
function whyWithoutLog(error: unknown, tooLate: boolean): string | undefined {
  if (tooLate) return `It did not come within ${MOST_TIME / 1_000} s, and was not waited for.`;
  return hasCode(error, 403) || isTransient(error) ? errorMessage(error) : undefined;
}

async function logOf(
  connection: Connection,
  namespace: string,
  container: ContainerMemory,
  signal: AbortSignal,
  limit: AbortSignal,
): Promise<Evidence | undefined> {
  const { pod, container: name, exits, running } = container;
  // While a container is down, its newest log is that of the run that has just ended.
  const attempts = exits === 0 ? [false] : [running, !running];
  let why: string | undefined;
  for (const previous of attempts) {
    try {
      const request = { namespace, pod, container: name, previous, lines: LOG_LINES };
      const lines = await readLog(connection, request, AbortSignal.any([signal, limit]));
      if (lines.length === 0 || NO_LOG.test(lines[0] ?? '')) continue;
      const ended = exits > 0 && (previous || !running) ? EXITED : '';
      return { title: `Last lines of ${name} in ${pod}${ended}`, lines };
    } catch (error) {
      why ??= whyWithoutLog(error, limit.aborted);
      if (signal.aborted || limit.aborted) break;
    }
  }
  if (why === undefined) return undefined;
  return { title: `Without the log of ${name} in ${pod}`, lines: why.split('\n') };
}

/** One finding for all pods in which the same is wrong with the same container. */
export function merged(findings: readonly Finding[]): readonly Finding[] {
  const groups = new Map<string, Finding>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.reason, finding.workload, finding.container]);
    const first = groups.get(key);
    if (!first) groups.set(key, finding);
    else if (finding.pod) {
      groups.set(key, { ...first, alsoIn: [...(first.alsoIn ?? []), finding.pod] });
    }
  }
  return [...groups.values()];
}

/** The latest warnings about a workload, as `kubectl get events` would show them. */
export function eventLines({ object, related, events }: Observation): readonly string[] {
  // What becomes of the old pods is no cause of anything.
  const own = [...(object ? [object] : []), ...related.owned, ...related.newPods];
  const uids = new Set(own.map(({ metadata }) => metadata.uid));
  return events
    .filter(({ type, involvedObject }) => type !== 'Normal' && uids.has(involvedObject.uid))
    .sort((a, b) => (eventTime(a) < eventTime(b) ? -1 : 1))
    .slice(-MOST_EVENTS)
    .map((event) => {
      const { kind = '', name = '' } = event.involvedObject;
      const count = eventCount(event);
      const times = count > 1 ? ` (${count} times)` : '';
      return `${event.reason} ${kind.toLowerCase()}/${name}: ${event.message ?? ''}${times}`;
    });
}

/** How much of a line is quoted in a sentence. */
const LONGEST_QUOTE = 200;

/** A finding that quotes the last thing that the container said before it exited. */
export function withLastWords(finding: Finding, evidence: readonly Evidence[]): Finding {
  const exited = evidence.find(({ title }) => title.endsWith(EXITED));
  const line = exited?.lines.findLast((one) => one.trim() !== '')?.trim();
  if (line === undefined) return finding;
  const quote = line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
  return { ...finding, message: `${finding.message.replace(/\.$/, '')}. Its last words: ${quote}` };
}

/**
 * The findings of a failed rollout, the cause first, with events and the last lines of the
 * containers concerned: of the run that crashed, where one did. Never fails, and takes 3 s at most.
 */
export async function collectEvidence(
  connection: Connection,
  standing: Standing,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { verdict, observation, memory, target } = standing;
  if (verdict.status !== 'failed' && verdict.status !== 'timed-out') return [];
  const limit = new AbortController();
  const timer = clock.sleep(MOST_TIME, limit.signal).then(
    () => limit.abort(),
    () => undefined,
  );
  const findings = merged(verdict.findings).slice(0, MOST_FINDINGS);
  const concerned = [...memory.containers.values()].filter(
    ({ ready, pod, pull, config }) =>
      !ready && !pull && !config && findings.some((finding) => finding.pod === pod),
  );
  const place = { template: memory.template, namespace: target.namespace ?? '' };
  const within = AbortSignal.any([signal, limit.signal]);
  const told = Promise.all(
    findings.map((finding) => withCircumstances(connection, finding, place, within)),
  );
  const logs = await Promise.all(
    concerned.slice(0, MOST_PODS).map(async (container) => ({
      container,
      log: await logOf(connection, target.namespace ?? '', container, signal, limit.signal),
    })),
  );
  const explained = await told;
  limit.abort();
  await timer;
  const events = eventLines(observation);
  return explained.map((finding, index) => {
    const own = logs.flatMap(({ container, log }) =>
      log &&
      container.pod === finding.pod &&
      (container.container === finding.container || !finding.container)
        ? [log]
        : [],
    );
    const evidence = [
      ...own,
      ...(index === 0 && events.length > 0 ? [{ title: 'Warnings', lines: events }] : []),
    ];
    const quoted = withLastWords(finding, own);
    return evidence.length > 0 ? { ...quoted, evidence } : quoted;
  });
}
