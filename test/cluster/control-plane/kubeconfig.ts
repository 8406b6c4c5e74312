import { stringify } from 'yaml';
import type { Credentials } from './api-client.ts';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** A kubeconfig of one user at one cluster, which needs no other file. `name` names all in it. */
export function kubeconfig(name: string, credentials: Credentials): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    clusters: [
      {
        name,
        cluster: {
          server: credentials.server,
          'certificate-authority-data': base64(credentials.authority),
        },
      },
    ],
    users: [
      {
        name,
        user: {
          'client-certificate-data': base64(credentials.certificate),
          'client-key-data': base64(credentials.key),
        },
      },
    ],
  });
}
