import type { Variables } from '../template.ts';

/**
 * What the runner gives to an action and not to the command of a step: inputs, which may be secrets, the
 * state for its post step, and the tokens of the services of GitHub.
 */
const PRIVATE = /^(?:INPUT|STATE|ACTIONS)_/i;

/** Files by which a step speaks to the runner: what is written there would be said by the action. */
const FILE_COMMANDS = [
  'GITHUB_ENV',
  'GITHUB_OUTPUT',
  'GITHUB_PATH',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
];

/**
 * The environment of a smoke test: what a step of the job has, what is verified as `PAAL_*`, and `own`,
 * which wins. Pure.
 */
export function smokeEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  { url, version, environment: name, namespace }: Variables,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const facts = {
    PAAL_URL: url,
    PAAL_VERSION: version,
    PAAL_ENVIRONMENT: name,
    PAAL_NAMESPACE: namespace,
  };
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...environment, ...facts })) {
    if (value === undefined || PRIVATE.test(key) || FILE_COMMANDS.includes(key)) continue;
    result[key] = value;
  }
  return { ...result, ...own };
}
