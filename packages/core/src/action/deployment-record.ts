import type { Clock } from '../clock.ts';
import type { Environment } from '../config/environment.ts';
import { githubApi } from '../github/api.ts';
import { type DeploymentRecord, NO_RECORD, recordDeployments } from '../github/record.ts';
import { textInput } from './inputs.ts';
import { debug, info, printable, warning } from './log.ts';
import type { RunIdentity } from './run.ts';
import { maskSecret } from './secrets.ts';

/** What a step deploys where. */
export interface Deploying {
  readonly app: string;
  readonly environment: Pick<Environment, 'name' | 'url'>;
  readonly run: RunIdentity;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Reads the inputs `github-token` and `check-run-id`. Gives what records the deployments of this step on
 * GitHub; nothing is recorded, and nothing said of it, without a token or an environment.
 */
export function openDeploymentRecord(
  { app, environment, run, clock, signal }: Deploying,
  env: NodeJS.ProcessEnv = process.env,
): DeploymentRecord {
  const token = textInput('github-token');
  if (token === undefined) return NO_RECORD;
  maskSecret(token);
  const { repository, commit } = run;
  if (environment.name === '' || repository === '') {
    debug(
      'No deployment is recorded: neither an input nor paal.yaml says which environment this is.',
    );
    return NO_RECORD;
  }
  const apiUrl = env.GITHUB_API_URL || 'https://api.github.com';
  const checkRunId = textInput('check-run-id');
  return recordDeployments({
    api: githubApi({ apiUrl, token, repository }, clock),
    place: { app, environment: environment.name, url: environment.url, run: run.url },
    commit,
    // What is no number is no id, such as an expression that nobody has evaluated.
    checkRunId: /^\d+$/.test(checkRunId ?? '') ? checkRunId : undefined,
    clock,
    signal,
    clean: printable,
    warn: warning,
    note: info,
    debug,
  });
}
