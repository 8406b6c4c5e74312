import type { KubeObject } from '../cluster/object.ts';
import type { Phase } from '../report/run-summary.ts';
import { isReady } from '../workload/kinds/pods.ts';
import { isLeaving } from '../workload/kinds/status.ts';
import type { ContainerStatus, Pod } from '../workload/types.ts';

type State = 'starting' | 'ready' | 'failing' | 'ending';

const OUTCOMES: Readonly<Record<State, Phase['outcome']>> = {
  starting: 'open',
  ready: 'good',
  failing: 'bad',
  ending: 'open',
};

/** A chart with more rows than this tells nobody anything. */
const MOST_PODS = 16;
const BAD_WAITING = /^(ErrImage|ImagePull|InvalidImage|CreateContainer|CrashLoop|RunContainer)/;

function isFailing({ restartCount = 0, state, ready }: ContainerStatus): boolean {
  const ended = state?.terminated !== undefined && state.terminated.exitCode !== 0;
  const waiting = BAD_WAITING.test(state?.waiting?.reason ?? '');
  return !ready && (restartCount > 0 || ended || waiting);
}

function stateOf(pod: Pod): State {
  if (isLeaving(pod)) return 'ending';
  if (isReady(pod)) return 'ready';
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses].some(isFailing) ? 'failing' : 'starting';
}

interface Stretch {
  readonly state: State;
  readonly from: number;
}

interface Life {
  readonly name: string;
  /** Whether it is of the template that is rolled out; `undefined` until that is known. */
  isNew: boolean | undefined;
  readonly stretches: Stretch[];
  end: number | undefined;
}

/** What became of each pod, and when; times in milliseconds after the start. */
export interface PodTimeline {
  /** The pods as they are now, by UID. */
  see(pods: ReadonlyMap<string, KubeObject>, at: number): void;
  /** Which of the pods, by UID, are new; those that were seen before stay what they were then. */
  tell(newPods: ReadonlySet<string>): void;
  /** A section for each pod, a phase for each of its states; the pods that failed come first. */
  phases(at: number): readonly Phase[];
}

/** Starts with no pods. */
export function startPodTimeline(): PodTimeline {
  const lives = new Map<string, Life>();
  return {
    see: (pods, at) => {
      for (const [uid, object] of pods) {
        const pod = object as Pod;
        const life = lives.get(uid) ?? {
          name: pod.metadata.name,
          isNew: undefined,
          stretches: [],
          end: undefined,
        };
        lives.set(uid, life);
        const state = stateOf(pod);
        if (life.stretches.at(-1)?.state !== state) life.stretches.push({ state, from: at });
      }
      for (const [uid, life] of lives) if (!pods.has(uid)) life.end ??= at;
    },
    tell: (newPods) => {
      for (const [uid, life] of lives) life.isNew ??= newPods.has(uid);
    },
    phases: (at) =>
      [...lives.values()]
        .map((life) => ({ life, failed: life.stretches.some(({ state }) => state === 'failing') }))
        .sort((a, b) => Number(b.failed) - Number(a.failed))
        .slice(0, MOST_PODS)
        .flatMap(({ life: { name, isNew, stretches, end = at } }) =>
          stretches.map(({ state, from }, index) => ({
            subject: `${isNew ? 'new' : 'old'} ${name}`,
            label: state,
            from,
            to: stretches[index + 1]?.from ?? end,
            outcome: OUTCOMES[state],
          })),
        ),
  };
}
