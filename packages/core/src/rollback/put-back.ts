import { isTransient } from '../cluster/api-error.ts';
import { discover } from '../cluster/discovery.ts';
import { type KubeObject, objectName } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { RolloutTarget } from '../rollout/target.ts';
import { patient } from './follow-revert.ts';
import { type Restored, restoreObjects } from './restore.ts';
import { revertConfigMaps, revertWorkload } from './revert.ts';
import type { Refusal, RollbackTools } from './run.ts';
import { appliedElsewhere, readSources, type Source } from './sources.ts';
import type { RollbackTarget } from './target.ts';

/** What putting back needs at hand. */
export type PutBackTools = Pick<
  RollbackTools,
  'connection' | 'namespace' | 'policy' | 'signal' | 'run' | 'atomic'
>;

/** What was put back. */
export interface Reverted extends Restored {
  readonly targets: readonly RolloutTarget[];
  readonly refused: readonly Refusal[];
  readonly configMaps: readonly string[];
}

/** What `kubectl rollout history` says of a workload that was taken back. */
export function causeOfRollback(release: number, { run }: Pick<RollbackTools, 'run'>): string {
  return `paal back to release ${release} ${run}`;
}

/** Whether it was said by a rollback to a release that this run has made. */
export function isRollbackOf(cause: string, run: string): boolean {
  return /^paal back to release \d+ /.test(cause) && cause.endsWith(` ${run}`);
}

async function revertAll(
  tools: PutBackTools,
  { sources }: RollbackTarget,
  from: readonly Source[],
  elsewhere: readonly KubeObject[],
  dryRun: boolean,
): Promise<Reverted> {
  const { connection, namespace } = tools;
  const options = { ...patient(tools), dryRun };
  const configMaps: string[] = [];
  const targets: RolloutTarget[] = [];
  const refused: Refusal[] = [];
  const restored: string[] = [];
  const problems: string[] = [];
  const discovery = discover(connection, options);
  for (const { content } of from) {
    configMaps.push(...(await revertConfigMaps(connection, namespace, content, options)));
    const back = await restoreObjects(connection, discovery, namespace, content, options);
    restored.push(...back.restored);
    problems.push(...back.problems);
  }
  for (const { release, content } of from) {
    for (const { workload } of content.workloads) {
      const name = objectName(workload.kind, workload.name);
      if (sources.get(name) !== release) continue;
      const told = { ...options, cause: causeOfRollback(release.number, tools) };
      try {
        targets.push(await revertWorkload(connection, workload, content, elsewhere, told));
      } catch (error) {
        if (tools.atomic || isTransient(error) || !(error instanceof UserError)) throw error;
        refused.push({ name, error });
      }
    }
  }
  return { targets, refused, configMaps, restored, problems };
}

/** What is left of a target without what is refused. */
export function without(
  { sources, ...target }: RollbackTarget,
  refused: readonly Refusal[],
): RollbackTarget {
  const names = new Set(refused.map(({ name }) => name));
  return { ...target, sources: new Map([...sources].filter(([name]) => !names.has(name))) };
}

/**
 * Puts everything back, once the server has agreed to all of it; or what it agrees to, where that is
 * not to be all or nothing. Does not stop when the run is cancelled: half a rollback is worse than one
 * that nobody has watched.
 */
export async function putBack(
  tools: PutBackTools,
  target: RollbackTarget,
  from: readonly Source[],
  elsewhere: readonly KubeObject[],
): Promise<Reverted> {
  const tried = await revertAll(tools, target, from, elsewhere, true);
  const [first] = tried.refused;
  if (first && tried.targets.length === 0) throw first.error;
  const rest = without(target, tried.refused);
  const reverted = await revertAll(tools, rest, from, elsewhere, false);
  return { ...reverted, refused: [...tried.refused, ...reverted.refused] };
}

/**
 * What the API server says to putting everything back: each workload by itself, so that all that is
 * refused is found. Changes nothing.
 * @throws UserError for what is not about a workload
 */
export async function tryPutBack(
  tools: Omit<PutBackTools, 'atomic'> & Pick<RollbackTools, 'ledger'>,
  target: RollbackTarget,
): Promise<Reverted> {
  const options = { signal: tools.signal };
  const from = await readSources(tools.ledger, target, options);
  const elsewhere = await appliedElsewhere(tools.ledger, from, options);
  return await revertAll({ ...tools, atomic: false }, target, from, elsewhere, true);
}
