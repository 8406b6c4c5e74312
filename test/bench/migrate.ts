import type { Benchmark } from './benchmark.ts';
import { manyDocuments } from './migrate-batches.ts';
import { withMigrateGround } from './migrate-ground.ts';
import { smallMigrations } from './migrate-small.ts';

/** What migrations take, beside migrate-mongo on the same server. */
export const migrate: Benchmark = {
  name: 'migrate',
  description:
    '100 small migrations, a run with nothing to do, and 1,000,000 documents (--documents) in batches, beside migrate-mongo on the same FerretDB, or the MongoDB of MONGODB_URI',
  run: async (bench) =>
    await withMigrateGround(bench, async (ground) => [
      ...(await smallMigrations(bench, ground)),
      ...(await manyDocuments(bench, ground)),
    ]),
};
