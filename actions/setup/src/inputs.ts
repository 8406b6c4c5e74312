import { textInput } from '@paal/core/action/inputs';
import { maskSecret } from '@paal/core/action/secrets';
import { CONFIG_FILE } from '@paal/core/config/load';
import { UserError } from '@paal/core/errors';
import type { Access } from './access.ts';

/** The inputs of action.yml. */
export interface Inputs {
  readonly environment: string | undefined;
  /** `undefined` when paal.yaml is only looked for, and may be missing. */
  readonly config: string | undefined;
  readonly namespace: string | undefined;
  /** `v1.2.3`, or `none`. */
  readonly kubectlVersion: string;
  readonly kubectlChecksum: string | undefined;
  readonly downloadUrl: string;
  readonly access: Access;
}

function readVersion(): string {
  const text = textInput('kubectl-version') ?? 'none';
  if (text === 'none') return text;
  const version = /^v?(\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (!version) {
    throw new UserError(
      `The input "kubectl-version" is "${text}"; write a full version such as v1.36.4, or none.`,
    );
  }
  return `v${version}`;
}

function readChecksum(): string | undefined {
  const text = textInput('kubectl-checksum')?.toLowerCase();
  if (text !== undefined && !/^[0-9a-f]{64}$/.test(text)) {
    throw new UserError('The input "kubectl-checksum" is not a SHA-256: 64 hexadecimal digits.');
  }
  return text;
}

function readDownloadUrl(): string {
  const text = textInput('download-url') ?? '';
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UserError(
      `The input "download-url" is "${text}"; write an address such as https://dl.k8s.io/release.`,
    );
  }
  return text.replace(/\/+$/, '');
}

function readAccess(): Access {
  const kubeconfig = textInput('kubeconfig');
  const server = textInput('server');
  const token = textInput('token');
  const context = textInput('context');
  const certificateAuthority = textInput('certificate-authority');
  if (token) maskSecret(token);
  if (kubeconfig && server) {
    throw new UserError(
      'The inputs "kubeconfig" and "server" exclude each other; give one of them.',
    );
  }
  if (kubeconfig) return { kind: 'kubeconfig', text: kubeconfig, context };
  if (server && !token) {
    throw new UserError('The input "server" needs the input "token" beside it.');
  }
  if (server && token) {
    if (!URL.canParse(server) || new URL(server).protocol !== 'https:') {
      throw new UserError(
        `The input "server" is "${server}"; write an address such as https://host:6443.`,
      );
    }
    return { kind: 'token', server, token, certificateAuthority };
  }
  for (const [name, value] of Object.entries({
    token,
    'certificate-authority': certificateAuthority,
  })) {
    if (value) throw new UserError(`The input "${name}" needs the input "server" beside it.`);
  }
  if (context) throw new UserError('The input "context" needs the input "kubeconfig" beside it.');
  return { kind: 'inherited' };
}

/**
 * Reads and checks the inputs; touches nothing.
 * @throws UserError for the first one that is wrong
 */
export function readInputs(): Inputs {
  const config = textInput('config');
  return {
    environment: textInput('environment'),
    config: config === CONFIG_FILE ? undefined : config,
    namespace: textInput('namespace'),
    kubectlVersion: readVersion(),
    kubectlChecksum: readChecksum(),
    downloadUrl: readDownloadUrl(),
    access: readAccess(),
  };
}
