import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { USER } from './statuses.ts';

/** The tokens with which clients come to the proxy, and the credential plugin that has them. */
export class Credentials {
  private readonly folder: string;
  private token = '';
  private expired = false;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Gives the credential plugin a new token. */
  async renew(): Promise<void> {
    this.token = `paal-${randomBytes(16).toString('hex')}`;
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: this.token },
    };
    // Renamed, so that no client ever reads half of it.
    const file = join(this.folder, 'credential.json');
    await writeFile(`${file}.new`, JSON.stringify(credential), { mode: 0o600 });
    await rename(`${file}.new`, file);
    this.expired = false;
  }

  /** From now on the present token is refused; the plugin has it still. */
  expire(): void {
    this.expired = true;
  }

  accepts(authorization: string | undefined): boolean {
    return authorization === `Bearer ${this.token}` && !this.expired;
  }

  /** Writes a kubeconfig for the proxy at `server`, and gives its path. */
  async writeKubeconfig(server: string, authority: string, namespace: string): Promise<string> {
    const name = USER;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      contexts: [{ name, context: { cluster: name, user: name, namespace } }],
      clusters: [
        {
          name,
          cluster: {
            server,
            'certificate-authority-data': Buffer.from(authority).toString('base64'),
          },
        },
      ],
      users: [
        {
          name,
          user: {
            exec: {
              apiVersion: 'client.authentication.k8s.io/v1',
              interactiveMode: 'Never',
              command: 'cat',
              args: [join(this.folder, 'credential.json')],
            },
          },
        },
      ],
    };
    const file = join(this.folder, 'kubeconfig');
    await writeFile(file, stringify(config), { mode: 0o600 });
    return file;
  }
}
