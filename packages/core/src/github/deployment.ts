/** A deployment as GitHub lists it. */
export interface Deployment {
  readonly id: number;
  readonly environment: string;
  /** As it was given; GitHub's own have an empty one. */
  readonly payload?: unknown;
}

/** A status of a deployment as GitHub lists it. */
export interface DeploymentStatus {
  readonly state: string;
  readonly log_url?: string | null;
}

/** What a status may say, of what GitHub documents. */
export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** Which app a deployment is of, where it goes, and which run does it. */
export interface DeploymentPlace {
  readonly app: string;
  readonly environment: string;
  /** Where users reach the environment. */
  readonly url: string | undefined;
  /** Address of the run. */
  readonly run: string;
}

/** What is put out: a new release, or an earlier one that is gone back to. */
export interface PutOut {
  readonly task: 'deploy' | 'rollback';
  readonly release: number;
  /** What the release is called; may be empty. */
  readonly version: string;
  /** The commit that the release is of; empty where nobody knows it. */
  readonly commit: string;
  /** `kind/name` of what is put out, where that is a part of the release. */
  readonly part?: readonly string[] | undefined;
}

/** How the job is known in what GitHub records by itself. */
export interface Job {
  /** Address of the run. */
  readonly run: string;
  /** `job.check_run_id`, which GitHub's addresses of the job end in; older runners do not tell it. */
  readonly checkRunId: string | undefined;
}

/** Characters that GitHub takes in a description. */
const LONGEST_DESCRIPTION = 140;

function shortened(text: string): string {
  const characters = [...text.replace(/\s+/g, ' ').trim()];
  if (characters.length <= LONGEST_DESCRIPTION) return characters.join('');
  return `${characters.slice(0, LONGEST_DESCRIPTION - 1).join('')}…`;
}

/** The request that records a deployment. */
export function deploymentRequest(
  { task, release, version, commit, part }: PutOut,
  { app, environment, run }: DeploymentPlace,
): object {
  const called = version === '' || version === commit ? '' : ` (${version})`;
  const only = part ? `, only ${part.join(', ')}` : '';
  const back = task === 'rollback' ? 'Back to release' : 'Release';
  return {
    ref: commit,
    task,
    environment,
    description: shortened(`${back} ${release} of ${app}${called}${only}`),
    payload: { app, release, run },
    // It is being deployed already: neither a missing check nor a branch that is behind may stop that.
    required_contexts: [],
    auto_merge: false,
  };
}

/** The request that adds a status. Of what does not serve, no address is shown. */
export function statusRequest(
  state: DeploymentState,
  description: string,
  { run, url }: Pick<DeploymentPlace, 'run' | 'url'>,
): object {
  const address = state === 'success' && url ? { environment_url: url } : {};
  return { state, description: shortened(description), log_url: run, ...address };
}

function payloadOf({ payload }: Deployment): Readonly<Record<string, unknown>> {
  let value = payload;
  try {
    if (typeof value === 'string') value = JSON.parse(value);
  } catch {
    return {};
  }
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Whether PAAL has recorded it. */
export function isOurs(deployment: Deployment): boolean {
  const { app, release } = payloadOf(deployment);
  return typeof app === 'string' && typeof release === 'number';
}

/**
 * The deployment that PAAL has recorded last for a release.
 * @param found the newest first, as GitHub lists them
 * @param run that it has to be of; any where it is not given
 */
export function deploymentOf(
  found: readonly Deployment[],
  { app, environment }: Pick<DeploymentPlace, 'app' | 'environment'>,
  release: number,
  run?: string,
): Deployment | undefined {
  return found.find((one) => {
    const payload = payloadOf(one);
    return (
      one.environment === environment &&
      payload.app === app &&
      payload.release === release &&
      (run === undefined || payload.run === run)
    );
  });
}

/**
 * Whether a deployment is the one that GitHub itself has recorded for this job, because the job has an
 * environment. No variable tells a step that; but GitHub's statuses link to the job that they are of:
 * `…/actions/runs/RUN/job/ID` (`…/runs/ID` on older servers), where ID is the id of its check run. A
 * runner that does not tell that id leaves the run, and that the job of it is still in progress: another
 * one of the same run, such as one that only waits for an approval, has ended by now.
 * @param statuses the newest first, as GitHub lists them
 */
export function isOfJob(statuses: readonly DeploymentStatus[], { run, checkRunId }: Job): boolean {
  if (checkRunId === undefined) {
    const [newest] = statuses;
    return newest?.state === 'in_progress' && (newest.log_url ?? '').startsWith(`${run}/job/`);
  }
  const address = new RegExp(`(?:/job|(?<!/actions)/runs)/${checkRunId}(?:[/?#]|$)`);
  return statuses.some(({ log_url: url }) => address.test(url ?? ''));
}

/**
 * What GitHub is told of a rollout that ended so. Superseded is `inactive`, which is for when "something
 * different has been deployed to the environment" (GitHub's words); a success of theirs would not make
 * it so, because only what has been a success is made inactive. Cancelled and unknown are an `error`:
 * what was written stays and goes on rolling out, so that `inactive` would be untrue; nor has the release
 * itself failed; and `inactive` sends no event by which somebody would hear of it.
 */
export function stateOfRollout(
  status:
    | 'succeeded'
    | 'failed'
    | 'timed-out'
    | 'superseded'
    | 'cancelled'
    | 'unknown'
    | 'progressing',
): DeploymentState {
  if (status === 'succeeded') return 'success';
  if (status === 'superseded') return 'inactive';
  return status === 'failed' || status === 'timed-out' ? 'failure' : 'error';
}

/** The same for a rollback. */
export function stateOfRollback(
  status: 'succeeded' | 'failed' | 'cancelled',
  reason: string,
): DeploymentState {
  if (status === 'succeeded') return 'success';
  if (status === 'cancelled' || reason === 'APIServerUnavailable') return 'error';
  return reason === 'Superseded' ? 'inactive' : 'failure';
}
