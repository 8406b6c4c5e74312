import { exportVariable } from '@actions/core';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { group, info } from '@paal/core/action/log';
import { currentRun } from '@paal/core/action/run';
import { environmentOfRef, environmentSettings } from '@paal/core/config/environment';
import { loadConfig } from '@paal/core/config/load';
import { kubeconfigOf, writeKubeconfig } from './access.ts';
import { readInputs } from './inputs.ts';
import { installKubectl } from './kubectl.ts';
import { imageTag, writeSetupOutputs } from './outputs.ts';
import { rememberKubeconfig } from './post.ts';

/** Decides the environment, puts kubectl on PATH and the kubeconfig where later steps find it. */
export async function main(_context: ActionContext): Promise<void> {
  const inputs = readInputs();
  const run = currentRun();
  const config = await loadConfig(inputs.config);
  const name = inputs.environment ?? environmentOfRef(config, run.ref);
  const environment = environmentSettings(config, name);
  const namespace = inputs.namespace ?? environment.namespace;
  const kubeconfig = kubeconfigOf(inputs.access);

  await group(`Environment ${name}`, async () => {
    info(inputs.environment ? 'Chosen by the input "environment"' : `Chosen by ${run.ref}`);
    info(`Namespace: ${namespace ?? "the kubeconfig's"}`);
    if (environment.url) info(`Address: ${environment.url}`);
  });
  if (inputs.kubectlVersion !== 'none') {
    await group(`kubectl ${inputs.kubectlVersion}`, () =>
      installKubectl({
        version: inputs.kubectlVersion,
        checksum: inputs.kubectlChecksum,
        downloadUrl: inputs.downloadUrl,
      }),
    );
  }
  if (kubeconfig) {
    const file = await writeKubeconfig(kubeconfig);
    rememberKubeconfig(file);
    exportVariable('KUBECONFIG', file);
    info(`Wrote the kubeconfig to ${file}; it is removed when the job ends`);
  }
  writeSetupOutputs({
    environment: name,
    namespace,
    imageTag: imageTag(name, run.commit),
    url: environment.url,
    kubectlVersion: inputs.kubectlVersion === 'none' ? undefined : inputs.kubectlVersion,
  });
}
