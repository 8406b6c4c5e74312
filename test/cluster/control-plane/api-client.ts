import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';

/** What it takes to be somebody at an API server: PEM texts. */
export interface Credentials {
  readonly server: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface WithConditions {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** The few requests that starting a cluster takes. kubectl does the rest, where time matters less. */
export class ApiClient {
  private readonly server: string;
  private readonly agent: Agent;

  constructor(credentials: Credentials) {
    this.server = credentials.server;
    this.agent = new Agent({
      ca: credentials.authority,
      cert: credentials.certificate,
      key: credentials.key,
      keepAlive: true,
    });
  }

  /** Sends a request; rejects when the server cannot be reached, not for an error status. */
  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, this.server),
        { method, agent: this.agent, headers: { 'Content-Type': 'application/json' } },
        (incoming) => {
          text(incoming).then(
            (answered) => resolve({ status: incoming.statusCode ?? 0, body: answered }),
            reject,
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The object at `path`, or undefined when it does not exist (yet). */
  async get<T>(path: string): Promise<T | undefined> {
    const { status, body } = await this.send('GET', path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`GET ${path} answers HTTP ${status}: ${body}`);
    return JSON.parse(body) as T;
  }

  /** Whether the object at `path` has a condition of that type with the status True. */
  async hasCondition(path: string, type: string): Promise<boolean> {
    const conditions = (await this.get<WithConditions>(path))?.status?.conditions ?? [];
    return conditions.some((one) => one.type === type && one.status === 'True');
  }

  /** Creates an object in the collection at `path`. */
  async create(path: string, object: unknown): Promise<void> {
    const { status, body } = await this.send('POST', path, object);
    if (status !== 201) throw new Error(`POST ${path} answers HTTP ${status}: ${body}`);
  }

  /** Whether the API server says that it is ready. */
  async isReady(): Promise<boolean> {
    return (await this.send('GET', '/readyz')).status === 200;
  }

  close(): void {
    this.agent.destroy();
  }
}
