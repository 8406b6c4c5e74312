import { context } from '@actions/github';

/** Which run this is, for messages and records that must lead back to it. */
export interface RunIdentity {
  /** Address of the run, or `local` outside of Actions. */
  readonly url: string;
  /** Differs between runs, and between attempts of one run. */
  readonly id: string;
  readonly actor: string;
  readonly commit: string;
  /** Full ref such as `refs/heads/main`; empty outside of Actions. */
  readonly ref: string;
  /** `owner/name`; empty outside of Actions. */
  readonly repository: string;
}

/** The identity of this run, from what the runner tells every step. */
export function currentRun(): RunIdentity {
  const repository = process.env.GITHUB_REPOSITORY ?? '';
  const inActions = Number.isInteger(context.runId);
  return {
    url: inActions ? `${context.serverUrl}/${repository}/actions/runs/${context.runId}` : 'local',
    id: inActions ? `${context.runId}-${context.runAttempt || 1}` : 'local',
    actor: context.actor ?? '',
    commit: context.sha ?? '',
    ref: context.ref ?? '',
    repository,
  };
}
