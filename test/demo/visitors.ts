import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 200;
const PATIENCE_MS = 5_000;

/** What visitors of the shop got. */
export interface Visits {
  readonly answered: number;
  /** Errors, and requests without an answer. */
  readonly lost: number;
}

/** Five requests a second for what the shop sells: without any, metrics would say nothing. */
export class Visitors {
  readonly #stop = new AbortController();
  readonly #url: string;
  readonly #sign: string;
  #visits: Visits = { answered: 0, lost: 0 };
  #end: Promise<void> = Promise.resolve();

  constructor(url: string) {
    this.#url = `${url}/api/products`;
    this.#sign = `${url}/api/status`;
  }

  /** They come one after the other; those before the shop first opened do not count. */
  start(): void {
    this.#end = this.#visit();
  }

  /** What they got since the last time that they were asked. */
  take(): Visits {
    const visits = this.#visits;
    this.#visits = { answered: 0, lost: 0 };
    return visits;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#end;
  }

  /** Whether the sign at the door says that the shop has opened: nobody asks for products before. */
  async #isOpen(): Promise<boolean> {
    const answer = await fetch(this.#sign, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { backend } = (await answer.json()) as { readonly backend?: { readonly status: string } };
    return backend?.status === 'ok';
  }

  async #ask(): Promise<boolean> {
    const answer = await fetch(this.#url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.arrayBuffer();
    return answer.ok;
  }

  async #visit(): Promise<void> {
    const { signal } = this.#stop;
    const pause = () => delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    while (!signal.aborted && !(await this.#isOpen().catch(() => false))) await pause();
    while (!signal.aborted) {
      const ok = await this.#ask().catch(() => false);
      const { answered, lost } = this.#visits;
      this.#visits = ok ? { answered: answered + 1, lost } : { answered, lost: lost + 1 };
      await pause();
    }
  }
}
