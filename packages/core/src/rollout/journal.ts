import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type KubeObject, RESOURCES } from '../cluster/object.ts';
import { formatDuration } from '../config/duration.ts';
import type { Phase, TimelineEntry } from '../report/run-summary.ts';
import { collectionKey } from '../workload/kinds/kind.ts';
import type { PodSpec } from '../workload/types.ts';
import type { RolloutListener } from './follow.ts';
import { startPodTimeline } from './pod-timeline.ts';

/** Where a journal writes. */
export interface JournalSinks {
  /** A line of the job's log. */
  readonly print: (line: string) => void;
  /** A line of the flight record. */
  readonly record: (entry: object) => void;
}

/** Follows a rollout for the log, the summary's timeline and the flight record. */
export interface Journal extends RolloutListener {
  /** Names what begins now, such as `release 3` or `back to release 2`. */
  begin(label: string): void;
  readonly timeline: readonly TimelineEntry[];
  readonly phases: readonly Phase[];
  /** What became of the pods until now. */
  podPhases(): readonly Phase[];
}

/** Equal values stay equal, and the value itself cannot be had from it. */
function hidden(value: string): string {
  return `hidden:${createHash('sha256').update(value).digest('hex').slice(0, 12)}`;
}

/** An object as the flight record keeps it: values of environment variables are hidden. */
export function recordable<T>(value: T): T {
  const hide = (spec: PodSpec): PodSpec => {
    const containers = (list: PodSpec['containers']) =>
      list.map((container) => {
        const env = container.env as readonly { readonly value?: string }[] | undefined;
        if (!env) return container;
        return {
          ...container,
          env: env.map((one) =>
            one.value === undefined ? one : { ...one, value: hidden(one.value) },
          ),
        };
      });
    return {
      ...spec,
      containers: containers(spec.containers ?? []),
      ...(spec.initContainers ? { initContainers: containers(spec.initContainers) } : {}),
    };
  };
  const visit = (node: unknown, key: string): unknown => {
    if (Array.isArray(node)) return node.map((item) => visit(item, ''));
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node)
      .filter(([name]) => name !== 'kubectl.kubernetes.io/last-applied-configuration')
      .map(([name, item]) => [name, visit(item, name)] as const);
    const copy = Object.fromEntries(entries);
    return key === 'spec' && Array.isArray(copy.containers) ? hide(copy as PodSpec) : copy;
  };
  return visit(value, '') as T;
}

const PODS = collectionKey(RESOURCES.pods);

/** Starts a journal; its times count from now. */
export function startJournal(sinks: JournalSinks, clock: Clock): Journal {
  const start = clock.now();
  const timeline: TimelineEntry[] = [];
  const phases: Phase[] = [];
  const known = new Map<string, KubeObject>();
  const kinds = new Set<string>();
  const pods = startPodTimeline();
  let label = '';
  let since = 0;
  return {
    timeline,
    phases,
    podPhases: () => pods.phases(clock.now() - start),
    begin: (next) => {
      label = next;
      since = clock.now() - start;
      sinks.record({ at: since, phase: next });
    },
    onBegin: (targets, policy, now) => {
      known.clear();
      kinds.clear();
      sinks.record({ at: now - start, targets: recordable(targets), policy });
    },
    onObjects: (key, objects, now) => {
      const at = now - start;
      if (!kinds.has(key)) sinks.record({ at, kind: key });
      kinds.add(key);
      if (key === PODS) pods.see(objects, at);
      for (const [uid, object] of objects) {
        const id = `${key} ${uid}`;
        if (known.get(id) === object) continue;
        known.set(id, object);
        sinks.record({ at, kind: key, uid, object: recordable(object) });
      }
      for (const id of [...known.keys()].filter((one) => one.startsWith(`${key} `))) {
        const uid = id.slice(key.length + 1);
        if (objects.has(uid)) continue;
        known.delete(id);
        sinks.record({ at, kind: key, uid, object: null });
      }
    },
    onLook: (current, now) => sinks.record({ at: now - start, current }),
    onStandings: (standings) => {
      const newPods = standings.flatMap(({ observation }) => observation.related.newPods);
      pods.tell(new Set(newPods.map(({ metadata }) => metadata.uid ?? '')));
    },
    onVerdict: (name, verdict, now) => {
      const at = now - start;
      sinks.record({ at, workload: name, verdict: recordable(verdict) });
      sinks.print(`${formatDuration(at).padStart(7)}  ${name}: ${verdict.message}`);
      timeline.push({ at, subject: name, text: verdict.message });
      if (verdict.status === 'progressing') return;
      const outcome = verdict.status === 'succeeded' ? 'good' : 'bad';
      // What is well goes on being told in other words until everything is.
      const told = phases.findIndex((one) => one.subject === name && one.from === since);
      const phase = { subject: name, label, from: since, to: at, outcome } as const;
      if (told < 0) phases.push(phase);
      else phases[told] = phase;
    },
    onNotice: (message) => {
      sinks.record({ at: clock.now() - start, notice: message });
      sinks.print(message);
    },
  };
}
