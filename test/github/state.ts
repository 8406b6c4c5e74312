import { createHash } from 'node:crypto';

/** An object as the API gives it. */
export type Resource = Record<string, unknown> & { readonly id: number };

/** A deployment with its statuses, oldest first. */
export type Deployment = Resource & { readonly statuses: Resource[] };

/** A check run with its annotations. */
export type CheckRun = Resource & { annotations: readonly unknown[] };

/** A file of a pull request, as the API lists it. */
export interface PullRequestFile {
  readonly filename: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  readonly previous_filename?: string;
}

export interface Commit {
  readonly sha: string;
  readonly message: string;
  /** The shas of its parents. */
  readonly parents: readonly string[];
  readonly date: Date;
}

/** A repository as the double holds it: tests put commits in, and look at what came of a run. */
export class RepositoryState {
  readonly commits = new Map<string, Commit>();
  /** Branches and tags: name → sha. */
  readonly refs = new Map<string, string>();
  /** Numbers of the issues and pull requests that exist. */
  readonly issues = new Set<number>();
  /** These are oldest first. */
  readonly deployments: Deployment[] = [];
  readonly checkRuns: CheckRun[] = [];
  readonly comments: Resource[] = [];
  /** The files that a pull request changes, by its number. */
  readonly pullRequestFiles = new Map<number, readonly PullRequestFile[]>();
  #lastId = 0;

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Adds a commit, a minute younger than the one before, and moves `branch` to it; gives its sha. */
  commit(message: string, branch = 'main', parents: readonly string[] = this.#tip(branch)): string {
    const date = new Date(Date.UTC(2026, 0, 1, 0, this.commits.size));
    const sha = createHash('sha1').update(`${message} ${parents} ${date}`).digest('hex');
    this.commits.set(sha, { sha, message, parents, date });
    this.refs.set(branch, sha);
    return sha;
  }

  #tip(branch: string): readonly string[] {
    const sha = this.refs.get(branch);
    return sha === undefined ? [] : [sha];
  }

  /** The commit that a sha, the beginning of one, a branch or a tag means. */
  resolve(ref: string): Commit | undefined {
    const sha = this.refs.get(ref.replace(/^(?:refs\/)?(?:heads|tags)\//, '')) ?? ref;
    if (!/^[0-9a-f]{7,40}$/.test(sha)) return undefined;
    return [...this.commits.values()].find((commit) => commit.sha.startsWith(sha));
  }

  /** `commit` and all that came before it, newest first. */
  history(commit: Commit): readonly Commit[] {
    const seen = new Set([commit]);
    for (const { parents } of seen) {
      for (const sha of parents) {
        const parent = this.commits.get(sha);
        if (parent) seen.add(parent);
      }
    }
    return [...seen].sort((a, b) => b.date.getTime() - a.date.getTime());
  }

  /** What `head` has over `base`, oldest first, what it lacks, and where the two part. */
  compare(base: Commit, head: Commit) {
    const [ofBase, ofHead] = [this.history(base), this.history(head)];
    return {
      ahead: ofHead.filter((commit) => !ofBase.includes(commit)).reverse(),
      behind: ofBase.filter((commit) => !ofHead.includes(commit)),
      mergeBase: ofHead.find((commit) => ofBase.includes(commit)),
    };
  }
}
