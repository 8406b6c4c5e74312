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
  #visits: Visits = { answered: 0, lost: 0 };
  #end: Promise<void> = Promise.resolve();

  constructor(url: string) {
    this.#url = `${url}/api/products`;
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

  async #visit(): Promise<void> {
    let open = false;
    while (!this.#stop.signal.aborted) {
      const ok = await fetch(this.#url, { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
        async (response) => (await response.arrayBuffer()) && response.ok,
        () => false,
      );
      open ||= ok;
      const { answered, lost } = this.#visits;
      if (ok) this.#visits = { answered: answered + 1, lost };
      else if (open) this.#visits = { answered, lost: lost + 1 };
      await delay(PAUSE_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }
}
