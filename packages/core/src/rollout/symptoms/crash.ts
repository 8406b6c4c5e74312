import { clause } from '../../workload/kinds/clause.ts';
import { describeExit } from '../../workload/kinds/exit.ts';
import { containerOf, describeProbe } from '../../workload/probe.ts';
import type { Container, Event } from '../../workload/types.ts';
import type { ReasonName } from '../budget.ts';
import type { ContainerMemory } from '../container-memory.ts';
import { eventTime } from '../event-memory.ts';
import { rulesOf } from '../target.ts';
import { type Patient, type Symptom, symptomOf } from './symptom.ts';

/** The last failure of a probe that makes the kubelet restart the container, in the probe's words. */
interface ProbeKill {
  readonly probe: 'liveness' | 'startup';
  readonly output: string;
}

const PROBE = /^(Liveness|Startup) probe (?:failed|errored)(?: and resulted in error)?: (.*)$/s;

/**
 * Why the kubelet ended a container itself: it says so only in events (pkg/kubelet/prober,
 * kuberuntime_manager.go), and the exit looks like any other, or like none at all (code 0).
 */
function probeKill(events: readonly Event[], container: ContainerMemory): ProbeKill | undefined {
  const [last] = events
    .filter(
      ({ reason, involvedObject }) =>
        reason === 'Unhealthy' &&
        involvedObject.uid === container.podUid &&
        involvedObject.fieldPath?.includes(`{${container.container}}`),
    )
    .flatMap((event) => {
      const [, probe, output = ''] = PROBE.exec(event.message ?? '') ?? [];
      return probe ? [{ probe: probe.toLowerCase() as ProbeKill['probe'], output, event }] : [];
    })
    .sort((a, b) => (eventTime(a.event) > eventTime(b.event) ? -1 : 1));
  return last;
}

function reasonOf({ lastExit }: ContainerMemory, kill: ProbeKill | undefined): ReasonName {
  if (lastExit?.reason === 'OOMKilled') return 'OOMKilled';
  if (lastExit?.reason === 'StartError' || lastExit?.reason === 'ContainerCannotRun') {
    return 'ContainerCannotRun';
  }
  if (kill) return kill.probe === 'liveness' ? 'LivenessProbeFailed' : 'StartupProbeFailed';
  return 'CrashLoop';
}

function hintFor(
  reason: ReasonName,
  { lastExit, init }: ContainerMemory,
  container: Container | undefined,
  limit: string | undefined,
): string {
  if (reason === 'OOMKilled') {
    const now = limit === undefined ? '' : ` (now ${limit})`;
    return `Raise the container's memory limit${now}, or make it use less.`;
  }
  if (reason === 'ContainerCannotRun')
    return 'Does the command of the container exist in its image?';
  if (reason === 'LivenessProbeFailed') {
    const probe =
      describeProbe(container, 'livenessProbe') ?? 'It did not answer its livenessProbe.';
    return `${probe} A slow start needs a startupProbe.`;
  }
  if (reason === 'StartupProbeFailed') {
    const probe = describeProbe(container, 'startupProbe') ?? 'It did not answer its startupProbe.';
    return `${probe} Raise failureThreshold if its start takes longer than that.`;
  }
  if (lastExit?.exitCode === 0 && !init) {
    return 'A container that serves must keep running; this one ends by itself.';
  }
  return 'Its last lines before the exit are in the log of this step and in the job summary.';
}

interface Limits {
  readonly limits?: { readonly memory?: string };
}

function memoryLimitOf(container: Container | undefined): string | undefined {
  return (container?.resources as Limits | undefined)?.limits?.memory;
}

function crashOf(patient: Patient, container: ContainerMemory): Symptom {
  const { target, memory, observation } = patient;
  const kill = probeKill(observation.events, container);
  const reason = reasonOf(container, kill);
  const spec = containerOf(memory.template, container.container);
  const limit = reason === 'OOMKilled' ? memoryLimitOf(spec) : undefined;
  const what = container.init ? 'The init container' : 'The container';
  const times = container.exits === 1 ? 'once' : `${container.exits} times`;
  const end = container.lastExit ? describeExit(container.lastExit, limit) : 'exited';
  const by =
    kill && reason !== 'CrashLoop' && reason !== 'OOMKilled'
      ? `was restarted by the kubelet, because its ${kill.probe} probe failed (${clause(kill.output)})`
      : end;
  const symptom = symptomOf(
    patient,
    reason,
    { since: memory.startedAt, attempts: container.exits },
    {
      pod: container.pod,
      container: container.container,
      message: `${what} ${container.container} ${by}, ${times} so far.`,
      hint: hintFor(reason, container, spec, limit),
    },
  );
  // How often a task may fail is for its own controller to say: backoffLimit, podFailurePolicy.
  return rulesOf(target).keepsRunning(target.written)
    ? symptom
    : { ...symptom, failsAt: undefined };
}

/**
 * Containers that exit again and again. A crash is read from `terminated` and `restartCount`, never
 * from CrashLoopBackOff, which shows for a tenth of a second where there is no probe. A container
 * that is well now is no symptom: a sidecar may crash once and recover.
 */
export function examineCrashes(patient: Patient): readonly Symptom[] {
  return [...patient.memory.containers.values()]
    .filter(({ exits, ready }) => exits > 0 && !ready)
    .map((container) => crashOf(patient, container));
}
