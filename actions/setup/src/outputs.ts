import { writeOutputs } from '@paal/core/action/outputs';

/** What later steps are told. */
export interface SetupResult {
  readonly environment: string;
  readonly namespace: string | undefined;
  readonly imageTag: string;
  readonly url: string | undefined;
  readonly kubectlVersion: string | undefined;
}

/** `<environment>-<commit>`, the tags of deployment-process.md. */
export function imageTag(environment: string, commit: string): string {
  return commit === '' ? environment : `${environment}-${commit}`;
}

/** Writes the outputs of action.yml. */
export function writeSetupOutputs(result: SetupResult): void {
  writeOutputs({
    environment: result.environment,
    namespace: result.namespace,
    'image-tag': result.imageTag,
    url: result.url,
    'kubectl-version': result.kubectlVersion,
  });
}
