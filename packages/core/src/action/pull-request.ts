import { readFile } from 'node:fs/promises';

/** The pull request that a run is for. */
export interface PullRequest {
  readonly number: number;
  /** Commits: of the base branch, and the newest of the pull request. */
  readonly base: string;
  readonly head: string;
}

interface Payload {
  readonly pull_request?: {
    readonly number?: number;
    readonly base?: { readonly sha?: string };
    readonly head?: { readonly sha?: string };
  };
}

/** The pull request of this run's event; `undefined` where the event is of none. */
export async function currentPullRequest(
  env: NodeJS.ProcessEnv = process.env,
): Promise<PullRequest | undefined> {
  if (!env.GITHUB_EVENT_PATH) return undefined;
  let payload: Payload;
  try {
    payload = JSON.parse(await readFile(env.GITHUB_EVENT_PATH, 'utf8')) as Payload;
  } catch {
    return undefined;
  }
  const { number, base, head } = payload.pull_request ?? {};
  if (number === undefined || !base?.sha || !head?.sha) return undefined;
  return { number, base: base.sha, head: head.sha };
}
