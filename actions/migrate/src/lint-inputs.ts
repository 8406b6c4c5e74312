import { booleanInput, textInput } from '@paal/core/action/inputs';
import { maskSecret } from '@paal/core/action/secrets';
import { environmentSettings } from '@paal/core/config/environment';
import { CONFIG_FILE, loadConfig } from '@paal/core/config/load';
import type { LintSeverities } from '@paal/core/migrate/lint/lint';

/** What command lint goes by. */
export interface LintInputs {
  readonly directory: string;
  readonly token: string | undefined;
  readonly severities: LintSeverities;
  /** This migration and older ones are not linted. */
  readonly after: string | undefined;
}

/**
 * Reads the inputs of command lint, and paal.yaml. The settings are those of the top level unless the
 * input `environment` names one: a pull request is on no environment's branch.
 * @throws UserError for the first one that is wrong
 */
export async function readLintInputs(): Promise<LintInputs> {
  const token = textInput('github-token');
  if (token !== undefined) maskSecret(token);
  booleanInput('summary');
  const file = textInput('config');
  const config = await loadConfig(file === CONFIG_FILE ? undefined : file);
  const { migrations } = environmentSettings(config, textInput('environment'));
  const given = Object.entries(migrations?.lint ?? {}).filter(([, severity]) => severity);
  return {
    directory: textInput('directory') ?? migrations?.directory ?? 'migrations',
    token,
    severities: Object.fromEntries(given) as LintSeverities,
    after: migrations?.['lint-after'],
  };
}
