import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskSecret } from '@paal/core/action/secrets';
import { didYouMean } from '@paal/core/config/names';
import { parseYaml } from '@paal/core/config/yaml';
import { UserError } from '@paal/core/errors';
import { stringify } from 'yaml';

/** How the cluster is reached. */
export type Access =
  | { readonly kind: 'kubeconfig'; readonly text: string; readonly context: string | undefined }
  | {
      readonly kind: 'token';
      readonly server: string;
      readonly token: string;
      readonly certificateAuthority: string | undefined;
    }
  /** Whatever KUBECONFIG or ~/.kube/config of the runner says. */
  | { readonly kind: 'inherited' };

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly { readonly name: string; readonly context?: unknown }[];
  readonly users?: readonly {
    readonly name: string;
    readonly user?: Readonly<Record<string, unknown>>;
  }[];
  readonly [key: string]: unknown;
}

const CREDENTIALS = ['token', 'password', 'client-key-data', 'client-certificate-data'];

function fromBase64(text: string): string | undefined {
  const compact = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return undefined;
  return Buffer.from(compact, 'base64').toString('utf8');
}

/**
 * The kubeconfig in `text` (YAML or base64 of it), with `context` as its current context.
 * @throws UserError when it is none, or has no such context; the text itself is never shown
 */
export function readKubeconfig(text: string, context: string | undefined): Kubeconfig {
  const plain = fromBase64(text) ?? text;
  let value: unknown;
  try {
    value = parseYaml(plain, 'kubeconfig', '1.2')[0]?.value;
  } catch {
    value = undefined; // the parser's message would quote the text
  }
  const config = value as Kubeconfig | undefined;
  if (typeof config !== 'object' || config === null || !Array.isArray(config.contexts)) {
    throw new UserError(
      'The input "kubeconfig" is not a kubeconfig: neither YAML nor base64 of YAML with contexts. ' +
        'Give the content of the file, not its path.',
    );
  }
  const names = config.contexts.map(({ name }) => name);
  const chosen = context ?? config['current-context'];
  if (!chosen) {
    throw new UserError(
      `The kubeconfig has no current-context; set the input "context" to one of: ${names.join(', ')}.`,
    );
  }
  if (!names.includes(chosen)) {
    throw new UserError(
      `The kubeconfig has no context "${chosen}".${didYouMean(chosen, names)} It has: ${names.join(', ')}.`,
    );
  }
  return { ...config, 'current-context': chosen };
}

function fromToken(access: Extract<Access, { kind: 'token' }>): Kubeconfig {
  const { server, token, certificateAuthority: authority } = access;
  const pem = authority && !authority.includes('-----BEGIN') ? fromBase64(authority) : authority;
  if (authority && !pem?.includes('-----BEGIN CERTIFICATE-----')) {
    throw new UserError(
      'The input "certificate-authority" is neither a PEM certificate nor base64 of one.',
    );
  }
  const data = pem ? { 'certificate-authority-data': Buffer.from(pem).toString('base64') } : {};
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'paal', cluster: { server, ...data } }],
    users: [{ name: 'paal', user: { token } }],
    contexts: [{ name: 'paal', context: { cluster: 'paal', user: 'paal' } }],
    'current-context': 'paal',
  };
}

/**
 * The kubeconfig that `access` asks for, its credentials masked; `undefined` for the runner's own.
 * @throws UserError when it is not usable
 */
export function kubeconfigOf(access: Access): string | undefined {
  if (access.kind === 'inherited') return undefined;
  const config =
    access.kind === 'token' ? fromToken(access) : readKubeconfig(access.text, access.context);
  for (const { user } of config.users ?? []) {
    for (const key of CREDENTIALS) {
      const value = user?.[key];
      if (typeof value === 'string') maskSecret(value);
    }
  }
  return stringify(config);
}

/** Writes `kubeconfig` where only this user can read it; gives the path. */
export async function writeKubeconfig(kubeconfig: string): Promise<string> {
  const directory = await mkdtemp(join(process.env.RUNNER_TEMP || tmpdir(), 'paal-kubeconfig-'));
  const file = join(directory, 'config');
  await writeFile(file, kubeconfig, { mode: 0o600, flag: 'wx' });
  await chmod(file, 0o600);
  return file;
}
