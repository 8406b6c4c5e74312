import type { Db } from 'mongodb';
import { type HeldLease, LEASES, type LeaseDocument, readLease } from './document.ts';

/** The documents of one lock. Whatever throws has an unknown outcome, which reading settles. */
export interface LeaseStore {
  /** Every acquisition that is there. */
  read(): Promise<readonly HeldLease[]>;
  /** `false` where there is one with this fence already. */
  insert(document: LeaseDocument): Promise<boolean>;
  /** Writes a beat; `false` where the acquisition is gone, or released. */
  beat(fence: number, owner: string, beat: number): Promise<boolean>;
  release(fence: number, owner: string): Promise<void>;
  /** Removes the acquisitions below `fence`. */
  prune(fence: number): Promise<void>;
}

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const DUPLICATE_KEY = 11_000;

/**
 * The documents of `lock` in a database. Reads are of what a majority has, from the primary: a secondary
 * lags, and what a primary alone has can be lost with it. FerretDB, which is one server, ignores both.
 */
export function mongodbLeaseStore(db: Db, lock: string): LeaseStore {
  const leases = db.collection<LeaseDocument>(LEASES, {
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority' },
  });
  const own = (fence: number, owner: string) => ({ _id: { lock, fence }, owner });
  return {
    read: async () => {
      const documents = await leases.find({ '_id.lock': lock }).toArray();
      return documents.map(readLease).filter((lease) => lease !== undefined);
    },
    insert: async (document) => {
      try {
        await leases.insertOne(document);
        return true;
      } catch (error) {
        if ((error as { readonly code?: unknown }).code === DUPLICATE_KEY) return false;
        throw error;
      }
    },
    beat: async (fence, owner, beat) => {
      const filter = { ...own(fence, owner), released: false };
      return (await leases.updateOne(filter, { $set: { beat } })).matchedCount === 1;
    },
    release: async (fence, owner) => {
      await leases.updateOne(own(fence, owner), { $set: { released: true } });
    },
    prune: async (fence) => {
      await leases.deleteMany({ '_id.lock': lock, '_id.fence': { $lt: fence } });
    },
  };
}
