import type { ActionContext } from '@paal/core/action/lifecycle';
import { requireAccess } from '@paal/core/cluster/access-review';
import { readObject } from '@paal/core/cluster/apply';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { type Discovery, discover } from '@paal/core/cluster/discovery';
import { hurried } from '@paal/core/cluster/hurried';
import { objectName } from '@paal/core/cluster/object';
import { UserError } from '@paal/core/errors';
import { LEASE_ACCESS } from '@paal/core/release/lease';
import { LEDGER_ACCESS, type Ledger, openLedger } from '@paal/core/release/ledger';
import type { Release, ReleaseContent } from '@paal/core/release/release';
import { requireRolloutAccess } from '@paal/core/rollout/access';
import { checkTimeout, type RolloutPolicy } from '@paal/core/rollout/policy';
import { planPruning } from '@paal/core/rollout/prune-release';
import { workloadResource } from '@paal/core/workload/template';

/** What saying in the ledger what became of a release needs; it makes and removes none. */
const MARKING = [
  ...LEDGER_ACCESS.filter(({ verb }) => ['get', 'list', 'patch'].includes(verb)),
  ...LEASE_ACCESS,
];

/** The release that is verified, and where it is. */
export interface Subject {
  readonly connection: Connection;
  readonly discovery: Discovery;
  readonly ledger: Ledger;
  readonly app: string;
  readonly namespace: string;
  readonly release: Release;
  /** All of the ledger, as they were when this step began. */
  readonly releases: readonly Release[];
  readonly content: ReleaseContent;
}

async function find(ledger: Ledger, app: string, namespace: string, number: number) {
  const releases = await ledger.list();
  const release = releases.find((one) => one.number === number);
  if (release) return { release, releases };
  const numbers = releases.map((one) => one.number).sort((a, b) => a - b);
  throw new UserError(
    `There is no release ${number} of ${app} in namespace ${namespace}, to be marked as verified. ` +
      `There are: ${numbers.join(', ') || 'none'}. The inputs "release", "app" and "namespace" must be those of paal/k8s-rollout.`,
  );
}

/** @throws UserError when a rollback would not be allowed, or have too little time */
async function requireRollback(
  { connection, namespace, content }: Subject,
  policy: RolloutPolicy,
  signal: AbortSignal,
): Promise<void> {
  const resources = content.workloads.map(({ workload }) => workloadResource(workload.kind));
  const options = { signal, applied: false };
  await requireRolloutAccess(connection, namespace, resources, MARKING, options);
  for (const { workload } of content.workloads) {
    const { kind, name } = workload;
    const resource = workloadResource(kind);
    const live = await readObject(connection, resource, workload.namespace, name, { signal });
    const target = { resource, name: objectName(kind, name) };
    if (live) checkTimeout(target, live, policy, 'rollback-timeout');
  }
}

/** Whose release is looked up. */
export interface SubjectRequest {
  readonly number: number;
  readonly app: string;
  /** `undefined` for the kubeconfig's. */
  readonly namespace: string | undefined;
  /** How it would be taken back; `undefined` where it never is. */
  readonly rollback: RolloutPolicy | undefined;
}

/**
 * Looks the release up, and makes sure that all may be done which may follow. Changes nothing.
 * @throws UserError when there is no cluster, no such release, or a permission is missing
 */
export async function openSubject(
  request: SubjectRequest,
  { clock, signal }: ActionContext,
): Promise<Subject> {
  const { number, app, rollback } = request;
  const connection = hurried(connect(loadKubeConfig(), clock), signal, clock);
  try {
    const namespace = request.namespace ?? connection.namespace;
    await requireAccess(connection, namespace, MARKING, { signal });
    const ledger = openLedger(connection, namespace, app);
    const { release, releases } = await find(ledger, app, namespace, number);
    const content = await ledger.content(release);
    const discovery = discover(connection, { signal });
    const subject = { connection, discovery, ledger, app, namespace, release, releases, content };
    if (content.prune) await planPruning(subject, content, number, { signal });
    if (rollback) await requireRollback(subject, rollback, signal);
    return subject;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
