import type { Clock } from '../clock.ts';
import { errorMessage } from '../errors.ts';
import { type GitHubApi, GitHubError } from './api.ts';
import {
  type Deployment,
  type DeploymentPlace,
  type DeploymentState,
  type DeploymentStatus,
  deploymentOf,
  deploymentRequest,
  isOfJob,
  isOurs,
  type PutOut,
  statusRequest,
} from './deployment.ts';
import { isPermanent } from './retry.ts';

/**
 * The deployments that a step records on GitHub. Nothing of it is waited for before the end: the requests
 * are made one after the other, beside what the step does.
 */
export interface DeploymentRecord {
  /** Something is put out from now on. */
  begin(what: PutOut): void;
  /** That has ended so. */
  end(state: DeploymentState, description: string): void;
  /** A release that an earlier step has put out has failed. */
  failed(release: number, description: string): void;
  /** Waits a moment for what is still to be recorded, and warns where it could not be. Throws never. */
  close(): Promise<void>;
}

/** Where nothing is recorded: without a token, without an environment, outside of GitHub. */
export const NO_RECORD: DeploymentRecord = {
  begin: () => {},
  end: () => {},
  failed: () => {},
  close: async () => {},
};

/** What recording needs. */
export interface RecordTools {
  readonly api: GitHubApi;
  readonly place: DeploymentPlace;
  /** The commit of this run, by which its own deployment is found. */
  readonly commit: string;
  /** `job.check_run_id`. */
  readonly checkRunId: string | undefined;
  readonly clock: Clock;
  /** The run's own: what is cancelled ends sooner. */
  readonly signal: AbortSignal;
  /** What may be shown of a text. */
  readonly clean: (text: string) => string;
  readonly warn: (text: string) => void;
  /** Hears why a deployment is not recorded that could have been. */
  readonly note: (text: string) => void;
  readonly debug: (text: string) => void;
}

/** Milliseconds for which the end of a step waits for GitHub. */
const LONGEST_END = 2_000;
/** The same once the run is cancelled: the runner kills what has not ended after 10 s. */
const LONGEST_END_CANCELLED = 1_000;

/** What to do about deployments that could not be recorded. */
function hintOn(error: unknown): string {
  const status = error instanceof GitHubError ? error.status : undefined;
  if (status === 401) return 'The github-token is not valid (any more).';
  if (status === 403 || status === 404) {
    return 'Give the job the permission "deployments: write" (under "permissions:"), or leave the input github-token empty.';
  }
  if (status === 422) return 'Is the commit in this repository?';
  return 'Does the runner reach GitHub?';
}

/** Records deployments of one app in one environment. */
export function recordDeployments(tools: RecordTools): DeploymentRecord {
  const { api, place, commit, checkRunId, clock, clean, warn, note, debug } = tools;
  const over = new AbortController();
  const { signal } = over;
  let queue = Promise.resolve();
  let problem: unknown;
  /** Whether something was begun and has not ended. */
  let open = false;
  let current: Deployment | undefined;
  /** Whether GitHub records for this job; once that is known. */
  let recordedByGitHub: boolean | undefined;

  /** Whether whatever is asked will be refused; another commit may well be there. */
  const isHopeless = (): boolean =>
    signal.aborted ||
    (problem instanceof GitHubError && isPermanent(problem) && problem.status !== 422);

  const next = (work: () => Promise<void>): void => {
    queue = queue.then(async () => {
      try {
        if (!isHopeless()) await work();
      } catch (error) {
        if (!signal.aborted) problem ??= error;
      }
    });
  };

  const setStatus = async (
    { id }: Deployment,
    state: DeploymentState,
    text: string,
  ): Promise<void> => {
    const body = statusRequest(state, clean(text), place);
    await api.post(`/deployments/${id}/statuses`, body, signal);
  };

  /** Whether GitHub records a deployment for this job by itself. */
  const isJobs = async (): Promise<boolean> => {
    const query = new URLSearchParams({ sha: commit, per_page: '30' });
    const found = await api.get<readonly Deployment[]>(`/deployments?${query}`, signal);
    const others = found.filter((one) => !isOurs(one));
    const job = { run: place.run, checkRunId };
    const answers = await Promise.all(
      others.map(async ({ id }) => {
        const path = `/deployments/${id}/statuses`;
        return isOfJob(await api.get<readonly DeploymentStatus[]>(path, signal), job);
      }),
    );
    return answers.includes(true);
  };

  const ours = async (release: number, run?: string): Promise<Deployment | undefined> => {
    const query = new URLSearchParams({ environment: place.environment, per_page: '100' });
    const found = await api.get<readonly Deployment[]>(`/deployments?${query}`, signal);
    return deploymentOf(found, place, release, run);
  };

  const begin = (what: PutOut): void => {
    open = true;
    next(async () => {
      current = undefined;
      if (what.commit === '') {
        note(
          `No deployment is recorded on GitHub: nobody knows of which commit release ${what.release} is.`,
        );
        return;
      }
      recordedByGitHub ??= await isJobs();
      if (recordedByGitHub) {
        debug('No deployment is recorded: GitHub records one for the environment of this job.');
        return;
      }
      const find = () => ours(what.release, place.run);
      const request = deploymentRequest(what, place);
      current = await api.create<Deployment>('/deployments', request, find, signal);
      const doing = what.task === 'rollback' ? 'is being taken back to' : 'is being rolled out';
      await setStatus(current, 'in_progress', `Release ${what.release} ${doing}`);
    });
  };

  const end = (state: DeploymentState, description: string): void => {
    if (!open) return;
    open = false;
    next(async () => {
      if (current) await setStatus(current, state, description);
      current = undefined;
    });
  };

  return {
    begin,
    end,
    failed: (release, description) => {
      next(async () => {
        const found = await ours(release);
        if (found) await setStatus(found, 'failure', description);
      });
    },
    close: async () => {
      end('error', 'The step ended before it was known how this would end');
      const longest = tools.signal.aborted ? LONGEST_END_CANCELLED : LONGEST_END;
      const done = new AbortController();
      const late = clock.sleep(longest, done.signal).then(
        () => true,
        () => false,
      );
      const isLate = await Promise.race([queue.then(() => false), late]);
      done.abort();
      if (isLate) {
        over.abort();
        problem ??= new GitHubError('GitHub has not answered in time');
        await queue;
      }
      await api.close();
      if (problem === undefined) return;
      const why = errorMessage(problem).replace(/\.$/, '');
      warn(
        `The deployment could not be recorded on GitHub, which changes nothing else: ${why}. ${hintOn(problem)}`,
      );
    },
  };
}
