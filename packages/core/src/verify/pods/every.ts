import pLimit from 'p-limit';
import type { Forwarded } from '../../cluster/forwarded.ts';
import { UserError } from '../../errors.ts';
import type { Observation } from '../check.ts';
import { askPod, type PodQuestion, type PodReply } from './ask.ts';
import { type AskedPod, conclude, found, nobody, podsOf, withoutPods } from './findings.ts';
import type { Look } from './look.ts';
import { type Asked, portsFor } from './port.ts';
import { rememberReady, type SeenReady } from './standing.ts';
import { sumUp } from './sum-up.ts';

/** Every new pod, asked the same. */
export interface EveryPod {
  /**
   * Looks whether the pods can be asked at all.
   * @throws UserError when a workload is not there, may not be looked at, or has no port
   */
  prepare(signal: AbortSignal): Promise<void>;
  /** Asks all of them once. Rejects only when `signal` is aborted, or through a bug. */
  ask(signal: AbortSignal): Promise<Observation>;
}

export interface EveryPodOptions {
  readonly look: Look;
  readonly port: number | string | undefined;
  readonly question: PodQuestion;
  /** What the answer of a pod means. */
  readonly judge: (answer: Forwarded) => Observation;
  /** What a pod without an answer is told to be: `expected version 1.2, got none`. */
  readonly expected: string;
  /** The subject of errors: `The check "version"`. */
  readonly what: string;
}

/** So many pods are asked at the same time, so that the API server has time for others. */
const AT_ONCE = 8;
/** Pods go while they are asked, and others come in their place; so often that is followed. */
const ROUNDS = 3;

/** What a reply means; `undefined` for a pod that is gone. Pure. */
function meaningOf(
  reply: PodReply,
  { judge, expected }: Pick<EveryPodOptions, 'judge' | 'expected'>,
): Observation | undefined {
  if (reply.how === 'answer') return judge(reply.answer);
  if (reply.how === 'trouble') return reply.trouble;
  if (reply.how === 'gone') return undefined;
  const { why, hint } = reply;
  return found('failed', why, `${expected}, got none: ${why}`, hint);
}

/** Asks every new pod that is ready, through the API server. Nothing is asked before `prepare`. */
export function everyPod(options: EveryPodOptions): EveryPod {
  const { look, port, question, what } = options;
  const { connection, namespace } = look.live;
  let seen: SeenReady = new Set();

  const askAll = async (
    pods: readonly AskedPod[],
    replies: Map<string, Observation>,
    signal: AbortSignal,
  ): Promise<void> => {
    const inTurn = pLimit(AT_ONCE);
    const asking = pods.map(async ({ pod, uid, port: number }) => {
      const place = { namespace, name: pod.metadata.name, port: number };
      const reply = await inTurn(() => askPod(connection, place, question, signal));
      const meaning = meaningOf(reply, options);
      if (meaning) replies.set(uid, meaning);
    });
    await Promise.all(asking);
  };

  return {
    prepare: async (signal) => {
      const workloads = await look.prepare(signal);
      if (workloads) portsFor(workloads, port, look, what);
    },
    ask: async (signal) => {
      const replies = new Map<string, Observation>();
      for (let round = 1; ; round += 1) {
        const { trouble, workloads } = await look.take(signal);
        if (trouble) return trouble;
        seen = rememberReady(
          seen,
          workloads.flatMap(({ newPods }) => newPods),
        );
        let asked: readonly Asked[];
        try {
          asked = portsFor(workloads, port, look, what);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          return found('error', 'no port', error.message.replace(/\.$/, ''), 'Set "port".', false);
        }
        const pods = podsOf(asked, seen);
        const left = pods.filter(({ uid, standing }) => standing === 'ready' && !replies.has(uid));
        if (left.length === 0 || round > ROUNDS) {
          const findings = [...conclude(pods, replies), ...withoutPods(workloads, pods)];
          return findings.length === 0 ? nobody(look.names) : sumUp(findings);
        }
        await askAll(left, replies, signal);
      }
    },
  };
}
