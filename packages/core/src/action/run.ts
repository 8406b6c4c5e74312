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
export function currentRun(env: NodeJS.ProcessEnv = process.env): RunIdentity {
  const repository = env.GITHUB_REPOSITORY ?? '';
  const server = env.GITHUB_SERVER_URL ?? 'https://github.com';
  const id = env.GITHUB_RUN_ID;
  return {
    url: id ? `${server}/${repository}/actions/runs/${id}` : 'local',
    id: id ? `${id}-${env.GITHUB_RUN_ATTEMPT || 1}` : 'local',
    actor: env.GITHUB_ACTOR ?? '',
    commit: env.GITHUB_SHA ?? '',
    ref: env.GITHUB_REF ?? '',
    repository,
  };
}
