import type { VirtualClock } from '../../clock.test-data.ts';
import type { Clock } from '../../clock.ts';
import { type HeldLease, type LeaseDocument, readLease } from './document.ts';
import type { LeaseStore } from './store.ts';

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A double of the collection: one server, strictly one step after the other. */
export class ModelCollection {
  readonly #documents = new Map<number, LeaseDocument>();
  readonly #past: { readonly at: number; readonly documents: readonly LeaseDocument[] }[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#remember();
  }

  get documents(): readonly LeaseDocument[] {
    return [...this.#documents.values()];
  }

  get(fence: number): LeaseDocument | undefined {
    return this.#documents.get(fence);
  }

  put(document: LeaseDocument): void {
    this.#documents.set(document._id.fence, document);
    this.#remember();
  }

  remove(fence: number): void {
    this.#documents.delete(fence);
    this.#remember();
  }

  /** What was there so many milliseconds ago. */
  read(ago = 0): readonly HeldLease[] {
    const at = this.#now() - ago;
    const { documents } = this.#past.findLast((one) => one.at <= at) ?? { documents: [] };
    return documents.map(readLease).filter((lease) => lease !== undefined);
  }

  #remember(): void {
    this.#past.push({ at: this.#now(), documents: this.documents });
  }
}

/** What a process and its way to the database may suffer; each with a probability per request. */
export interface Troubles {
  readonly lostRequest: number;
  readonly lostAnswer: number;
  /** A request, or its answer, that takes up to `slowest` milliseconds. */
  readonly slow: number;
  readonly slowest: number;
  /** Up to how old what is read may be, until the process writes. */
  readonly stale: number;
  /** Updates read and write in two steps, as those of FerretDB 1. */
  readonly isFerretDb: boolean;
}

export const NO_TROUBLE: Troubles = {
  lostRequest: 0,
  lostAnswer: 0,
  slow: 0,
  slowest: 0,
  stale: 0,
  isFerretDb: false,
};

/** A time at which a process stands still (SIGSTOP); without an end, it is dead. */
export interface Stall {
  readonly from: number;
  readonly to: number;
}

/** One process: with a clock of its own and its own way to the collection. */
export interface ModelProcess {
  readonly clock: Clock;
  readonly store: LeaseStore;
  /** The common time of a time on its clock. */
  common(own: number): number;
}

export function modelProcess(
  collection: ModelCollection,
  common: VirtualClock,
  random: () => number,
  {
    troubles = NO_TROUBLE,
    stalls = [],
    offset = 0,
    rate = 1,
  }: {
    readonly troubles?: Troubles;
    readonly stalls?: readonly Stall[];
    readonly offset?: number;
    /** How fast its clock runs. */
    readonly rate?: number;
  } = {},
): ModelProcess {
  /** Nothing goes on in a process that stands still. */
  const running = async (): Promise<void> => {
    for (;;) {
      const now = common.now();
      const stall = stalls.find(({ from, to }) => from <= now && now < to);
      if (!stall) return;
      if (stall.to === Number.POSITIVE_INFINITY) await new Promise(() => undefined);
      await common.sleep(stall.to - now);
    }
  };
  const clock: Clock = {
    now: () => common.now() * rate + offset,
    sleep: async (milliseconds, signal) => {
      try {
        await common.sleep(milliseconds / rate, signal);
      } finally {
        await running();
      }
    },
  };
  let hasWritten = false;
  const travel = async (): Promise<void> => {
    const isSlow = random() < troubles.slow;
    await common.sleep(random() * (isSlow ? troubles.slowest : 4));
  };
  const request = async <T>(work: () => T | Promise<T>, isWrite = true): Promise<T> => {
    try {
      await travel();
      if (random() < troubles.lostRequest) throw networkError('lost request');
      const result = await work();
      await travel();
      if (random() < troubles.lostAnswer) throw networkError('lost answer');
      // From then on, the driver knows the primary.
      hasWritten ||= isWrite;
      return result;
    } finally {
      await running();
    }
  };
  const update = async (
    fence: number,
    owner: string,
    change: Partial<LeaseDocument>,
  ): Promise<boolean> => {
    const document = collection.get(fence);
    if (document?.owner !== owner || document.released) return false;
    if (troubles.isFerretDb) await common.sleep(random() * 2);
    if (collection.get(fence)) collection.put({ ...document, ...change });
    return true;
  };
  return {
    clock,
    common: (own) => (own - offset) / rate,
    store: {
      read: async () =>
        await request(() => collection.read(hasWritten ? 0 : random() * troubles.stale), false),
      insert: async (document) =>
        await request(() => {
          if (collection.get(document._id.fence)) return false;
          collection.put(document);
          return true;
        }),
      beat: async (fence, owner, beat) =>
        await request(async () => await update(fence, owner, { beat })),
      release: async (fence, owner) => {
        await request(async () => await update(fence, owner, { released: true }));
      },
      prune: async (fence) =>
        await request(() => {
          for (const { _id } of collection.documents) {
            if (_id.fence < fence) collection.remove(_id.fence);
          }
        }),
    },
  };
}

function networkError(message: string): Error {
  return Object.assign(new Error(message), { name: 'MongoNetworkError' });
}
