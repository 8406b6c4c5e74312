import {
  type Answer,
  type Call,
  created,
  type Endpoint,
  invalid,
  list,
  missing,
  notIn,
  ok,
  timestamps,
  USER,
  unprocessable,
  withId,
} from './answers.ts';
import type { Deployment, RepositoryState, Resource } from './state.ts';

const DEPLOYMENT_STATES = 'error failure inactive in_progress queued pending success';

const showDeployment = ({ statuses: _, ...shown }: Deployment): object => shown;
const deployments = (repository: RepositoryState) => repository.deployments;

function createDeployment({ repository, base, body }: Call): Answer {
  if (typeof body.ref !== 'string') return missing('ref');
  const commit = repository.resolve(body.ref);
  if (!commit) return unprocessable(`No ref found for: ${body.ref}`);
  const id = repository.nextId();
  const environment = body.environment ?? 'production';
  const deployment: Deployment = {
    task: 'deploy',
    payload: {},
    description: null,
    transient_environment: false,
    production_environment: environment === 'production',
    ...body,
    id,
    url: `${base}/deployments/${id}`,
    statuses_url: `${base}/deployments/${id}/statuses`,
    repository_url: base,
    sha: commit.sha,
    environment,
    original_environment: environment,
    creator: USER,
    ...timestamps(),
    statuses: [],
  };
  repository.deployments.push(deployment);
  return created(showDeployment(deployment));
}

function listDeployments({ repository, query }: Call): Answer {
  const filters = ['sha', 'ref', 'task', 'environment'].filter((key) => query.has(key));
  const matching = repository.deployments.filter((one) =>
    filters.every((key) => query.get(key) === one[key]),
  );
  return list(matching.map(showDeployment).reverse());
}

function addStatus(deployment: Deployment, { repository, base }: Call, given: Call['body']) {
  const id = repository.nextId();
  const before = deployment.statuses.at(-1)?.environment ?? deployment.environment;
  const log = given.log_url ?? given.target_url ?? '';
  const status: Resource = {
    id,
    url: `${deployment.url}/statuses/${id}`,
    state: given.state,
    description: given.description ?? '',
    environment: given.environment ?? before,
    environment_url: given.environment_url ?? '',
    log_url: log,
    target_url: log,
    creator: USER,
    ...timestamps(),
    deployment_url: deployment.url,
    repository_url: base,
  };
  deployment.statuses.push(status);
  return status;
}

function createStatus(deployment: Deployment, call: Call): Answer {
  const { state, description = '', auto_inactive } = call.body;
  if (state === undefined) return missing('state');
  const problem = notIn('DeploymentStatus', 'state', state, DEPLOYMENT_STATES);
  if (problem) return problem;
  if (String(description).length > 140) {
    return invalid('DeploymentStatus', 'description', 'is too long (maximum is 140 characters)');
  }
  const prior = call.repository.deployments.filter(
    (one) =>
      one.id < deployment.id &&
      one.environment === deployment.environment &&
      one.transient_environment === false &&
      one.production_environment === false &&
      one.statuses.at(-1)?.state === 'success',
  );
  if (state === 'success' && auto_inactive !== false) {
    for (const one of prior) addStatus(one, call, { state: 'inactive' });
  }
  return created(addStatus(deployment, call, call.body));
}

/** A job with an environment. */
export interface JobWithEnvironment {
  readonly environment: string;
  readonly sha: string;
  readonly run: number;
  /** Id of the job's check run. */
  readonly job: number;
}

/**
 * What GitHub records by itself when a job with an environment begins: a deployment without payload or
 * description, and statuses that link to the job.
 */
export function deployForJob(
  repository: RepositoryState,
  base: string,
  { environment, sha, run, job }: JobWithEnvironment,
): Deployment {
  const call = { repository, base, path: [], query: new URLSearchParams(), body: {} };
  createDeployment({ ...call, body: { ref: sha, environment } });
  const deployment = repository.deployments.at(-1);
  if (!deployment) throw new Error(`the double has no commit ${sha}`);
  const log_url = `https://github.com${new URL(base).pathname.replace('/repos', '')}/actions/runs/${run}/job/${job}`;
  for (const state of ['queued', 'in_progress']) addStatus(deployment, call, { state, log_url });
  return deployment;
}

/** The endpoints of deployments and their statuses. */
export const DEPLOYMENT_ENDPOINTS: readonly Endpoint[] = [
  ['POST', /^\/deployments$/, createDeployment],
  ['GET', /^\/deployments$/, listDeployments],
  ['GET', /^\/deployments\/(\d+)$/, withId(deployments, (one) => ok(showDeployment(one)))],
  ['POST', /^\/deployments\/(\d+)\/statuses$/, withId(deployments, createStatus)],
  [
    'GET',
    /^\/deployments\/(\d+)\/statuses$/,
    withId(deployments, (one) => list([...one.statuses].reverse())),
  ],
];
