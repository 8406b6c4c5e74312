import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { execa } from 'execa';
import type { Cluster } from '../cluster/cluster.ts';

/** The part of `kubectl config view -o json` that is read here. */
interface View {
  readonly clusters: readonly {
    readonly cluster: {
      readonly server: string;
      readonly 'certificate-authority-data'?: string;
      readonly 'tls-server-name'?: string;
    };
  }[];
  readonly users: readonly {
    readonly user: {
      readonly 'client-certificate-data'?: string;
      readonly 'client-key-data'?: string;
      readonly token?: string;
    };
  }[];
  readonly contexts: readonly { readonly context: { readonly namespace?: string } }[];
}

/** Idle connections are given up sooner than the API server does it, lest a request meets that. */
const IDLE_MS = 30_000;
/** What concerns one connection only (RFC 9110, section 7.6.1), or is ours to say. */
const NOT_PASSED_ON = new Set([
  'authorization',
  'connection',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers of a message that a proxy passes on. */
export function passedOn(message: IncomingMessage): Record<string, string | readonly string[]> {
  const pairs = Object.entries(message.headersDistinct);
  const kept: Record<string, string | readonly string[]> = {};
  for (const [name, values = []] of pairs) {
    const [first = '', ...more] = values;
    if (!NOT_PASSED_ON.has(name)) kept[name] = more.length === 0 ? first : values;
  }
  return kept;
}

function decoded(base64: string | undefined): Buffer | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

/** The real API server. */
export class Upstream {
  /** Of the kubeconfig's context. */
  readonly namespace: string;
  private readonly server: string;
  private readonly token: string | undefined;
  private readonly agent: Agent;

  private constructor({ clusters, users, contexts }: View, kubeconfig: string) {
    const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
    const certificate = decoded(user?.['client-certificate-data']);
    this.token = user?.token;
    if (!cluster || (!certificate && !this.token)) {
      throw new Error(
        `The fault proxy cannot sign in with ${kubeconfig}: its current context needs a cluster ` +
          'and a user with a client certificate or a token.',
      );
    }
    this.server = cluster.server;
    this.namespace = contexts[0]?.context.namespace ?? 'default';
    this.agent = new Agent({
      ca: decoded(cluster['certificate-authority-data']),
      servername: cluster['tls-server-name'],
      cert: certificate,
      key: decoded(user?.['client-key-data']),
      keepAlive: true,
      timeout: IDLE_MS,
    });
  }

  /** @throws Error when the kubeconfig's user signs in by other means than certificate or token */
  static async connect(cluster: Cluster, kubeconfig: string): Promise<Upstream> {
    const args = ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'];
    const { stdout } = await execa(cluster.kubectl, ['--kubeconfig', kubeconfig, ...args]);
    return new Upstream(JSON.parse(stdout) as View, kubeconfig);
  }

  /**
   * Passes a request on; resolves with the head of the answer, and rejects when there is none.
   * @param plain asks for a body that is not compressed, whatever the client takes
   */
  async send(
    incoming: IncomingMessage,
    plain: boolean,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    return await new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(incoming.url ?? '/', this.server),
        {
          method: incoming.method,
          agent: this.agent,
          signal,
          headers: {
            ...passedOn(incoming),
            ...(plain ? { 'accept-encoding': 'identity' } : {}),
            ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
          },
        },
        resolve,
      );
      outgoing.on('error', reject);
      incoming.pipe(outgoing);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
