/** A rule taken out of the product, and the tests that have to notice. */
export interface Mutation {
  /** What is no longer so. */
  readonly name: string;
  /** Below packages/core/src. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Test files, by a part of their paths. */
  readonly tests: readonly string[];
}

const ROLLOUT = ['core/src/rollout/', 'core/src/workload/'];

function mutation(
  name: string,
  file: string,
  from: string,
  to: string,
  tests: readonly string[] = ROLLOUT,
): Mutation {
  return { name, file, from, to, tests };
}

/** One for every rule by which rollouts are judged; the traps are numbered as in the tests. */
export const MUTATIONS: readonly Mutation[] = [
  mutation(
    'time that passes while nothing can be seen is no evidence (trap 25)',
    'rollout/assess.ts',
    'current ? fatalOf(symptoms, observation, policy, now) : undefined',
    'fatalOf(symptoms, observation, policy, now)',
  ),
  mutation(
    'time that passes while nothing can be seen is no lack of progress (trap 25)',
    'rollout/assess.ts',
    'current && stuck !== undefined && now >= stuck',
    'stuck !== undefined && now >= stuck',
  ),
  mutation(
    'a status below our own generation does not count (trap 1)',
    'rollout/memory.ts',
    '(object?.metadata.generation ?? 0) >= generation && (progress?.observed ?? false)',
    'true',
  ),
  mutation(
    'a claim from before our write is old news (trap 2)',
    'rollout/assess.ts',
    '!claim || !object || memory.staleClaims.has(claim.signature)',
    '!claim || !object',
  ),
  mutation(
    'a claim sooner than its whole time is about the rollout before (trap 2)',
    'rollout/assess.ts',
    'tooSoon ? undefined : claim.failure',
    'claim.failure',
  ),
  mutation(
    'everything has to be updated (trap 3)',
    'workload/kinds/deployment.ts',
    'updatedReplicas === want &&\n',
    '\n',
  ),
  mutation(
    'only pods of the new ReplicaSet count (trap 4)',
    'workload/kinds/deployment.ts',
    'newPods: fresh ? controlledBy(fresh, all).filter((pod) => !isLeaving(pod)) : [],',
    'newPods: owned.flatMap((one) => controlledBy(one, all)),',
  ),
  mutation(
    'wait-for-termination waits (trap 5)',
    'rollout/completion.ts',
    "if (policy.waitForTermination && terminating(observation) > 0) return 'terminating';",
    '',
  ),
  mutation(
    'available counts, not ready (trap 6)',
    'workload/kinds/deployment.ts',
    'availableReplicas === want;',
    'readyReplicas === want;',
  ),
  mutation(
    'a restart begins the bake anew (trap 6)',
    'rollout/memory.ts',
    'done && !disturbed(before.containers, containers)',
    'done',
  ),
  mutation(
    'a paused Deployment fails (trap 7)',
    'workload/kinds/deployment.ts',
    'if (!deployment.spec.paused) return undefined;',
    'return undefined;',
  ),
  mutation(
    'the number of replicas is the live one (trap 8)',
    'rollout/observation.ts',
    'progress: rules.progress(object, related),',
    'progress: rules.progress({ ...object, spec: target.written.spec }, related),',
  ),
  mutation(
    'numbers from before a rollback are found (trap 11)',
    'workload/revisions.ts',
    "(metadata.annotations?.[REVISION_HISTORY] ?? '')",
    "('')",
  ),
  mutation(
    'a wedged StatefulSet is unblocked (trap 14)',
    'rollout/unwedge.ts',
    'return blockingPod(object as StatefulSet, related);',
    'return undefined;',
  ),
  mutation(
    'a refused pod is read from the ReplicaSet (trap 16)',
    'workload/kinds/deployment.ts',
    'const obstacle = obstacleOf(related, fresh);',
    'const obstacle = undefined as ReturnType<typeof obstacleOf>;',
  ),
  mutation(
    'a registry in trouble is told from an image that is missing (trap 17)',
    'rollout/symptoms/image-pull.ts',
    "return NOT_FOUND.test(message) ? 'not-found' : 'other';",
    "return 'not-found';",
  ),
  mutation(
    'cold caches of the kubelet are no missing configuration (trap 18)',
    'rollout/container-memory.ts',
    '|| COLD_CACHE.test(message)',
    '',
  ),
  mutation(
    'what the cluster ended is not the fault of the release (trap 19)',
    'rollout/memory.ts',
    'disruptionOf(pod) === undefined && ',
    '',
  ),
  mutation(
    'a container that is well again is no symptom (trap 20)',
    'rollout/symptoms/crash.ts',
    'exits > 0 && !ready',
    'exits > 0',
  ),
  mutation(
    'init containers are looked at (trap 21)',
    'rollout/container-memory.ts',
    '[pod.status?.initContainerStatuses ?? [], true],',
    '[[], true],',
  ),
  mutation(
    'at the deadline the cause is told (trap 22)',
    'rollout/assess.ts',
    'const [cause, ...others] = symptoms.map(({ finding }) => finding);',
    'const [cause, ...others] = ([] as readonly Symptom[]).map(({ finding }) => finding);',
  ),
  mutation(
    'where nothing changed, what runs is judged at once (trap 23)',
    'rollout/success.ts',
    'return !target.changed && memory.completeAtFirst === true;',
    'return false;',
  ),
  mutation(
    "somebody else's rollout is not ours (trap 24)",
    'rollout/assess.ts',
    'const over = takenOver(one);',
    'const over = undefined as ReturnType<typeof takenOver>;',
  ),
  mutation(
    'no success while the cluster cannot be seen (trap 25)',
    'rollout/success.ts',
    'if (now >= until && current) {',
    'if (now >= until) {',
  ),
  mutation(
    'no failure at the deadline while the cluster cannot be seen (trap 25)',
    'rollout/assess.ts',
    'if (!one.current) {',
    'if (false as boolean) {',
  ),
  mutation(
    'a pod that failed is not current (trap 31)',
    'workload/kinds/pod.ts',
    'const complete = observed && !failure && !isLeaving(pod) && done;',
    "const complete = observed && (done || phase === 'Failed');",
  ),
  mutation(
    'a node that is away is not waited for (trap 32)',
    'workload/kinds/daemon-set-nodes.ts',
    "if (!holds(node, 'Ready')) return 'not Ready';",
    '',
  ),
  mutation(
    'the new ReplicaSet is found by its template (trap 33)',
    'workload/deployment.ts',
    '.filter((one) => sameTemplate(one.spec.template, deployment.spec.template))',
    '',
  ),
  mutation(
    'our own timer ends what makes no progress',
    'rollout/assess.ts',
    'if (current && stuck !== undefined && now >= stuck) {',
    'if (false as boolean) {',
  ),
  mutation(
    'flapping is no progress',
    'rollout/memory.ts',
    'Math.max(value, before.best[index] ?? value)',
    'value',
  ),
  mutation(
    'without a probe the bake is never short',
    'rollout/policy.ts',
    'return blind ? Math.max(policy.bake, SHORTEST_BLIND_BAKE) : policy.bake;',
    'return policy.bake;',
  ),
  mutation(
    'events from before the rollout are old news',
    'rollout/event-memory.ts',
    'const old = stale !== undefined && event.involvedObject.uid === stale;',
    'const old = false;',
  ),
  mutation(
    'what names no generation is believed after a moment',
    'rollout/policy.ts',
    'return unproven ? UNPROVEN_GRACE : 0;',
    'return 0;',
  ),
  mutation(
    'a task that is done may be removed',
    'rollout/assess.ts',
    'if (task && memory.completeSince !== undefined) {',
    'if (false as boolean) {',
  ),
  mutation(
    'a Job fails by its own limit, not by ours',
    'rollout/symptoms/crash.ts',
    'return rulesOf(target).keepsRunning(target.written)\n',
    'return true\n',
  ),
  mutation(
    'what can be done without may fail (min-available)',
    'rollout/fatal.ts',
    'if (worst.finding.pod !== undefined && pods.size <= spare) return undefined;',
    '',
  ),
  mutation(
    'a tag that names another image now is told',
    'rollout/moved-tags.ts',
    "answer.names === 'another' ? [findingOf(running, answer.digest)] : []",
    '[]',
  ),
  mutation(
    'a tag of which nobody can tell is no finding',
    'rollout/moved-tags.ts',
    "answer.names === 'another' ? [findingOf(running, answer.digest)] : []",
    "answer.names === 'same' ? [] : [findingOf(running, '')]",
  ),
  mutation(
    'what may be out of date is no reason to delete a pod',
    'rollout/follow.ts',
    'if (current) for',
    'for',
  ),
];
