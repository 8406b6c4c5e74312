import { type Mutation, mutation } from './mutation.ts';

const RELEASES = ['core/src/release/', 'core/src/rollback/'];

/** One for every rule of the ledger, the lease and the choice of what to go back to. */
export const RELEASE_MUTATIONS: readonly Mutation[] = [
  mutation(
    'a run that is silent for 20 s is dead',
    'release/lease-state.ts',
    'now - since < DURATION_SECONDS * 1_000',
    'true',
    RELEASES,
  ),
  mutation(
    'a run that renews its lease is not dead',
    'release/lease.ts',
    'since: isNew ? clock.now() : (sighting?.since ?? 0)',
    'since: sighting?.since ?? clock.now()',
    RELEASES,
  ),
  mutation(
    'who has not been seen to renew is not refused for it',
    'release/lease.ts',
    'if (renewed && clock.now() >= deadline)',
    'if (clock.now() >= deadline)',
    RELEASES,
  ),
  mutation(
    'what was verified is gone back to, rather than what only served',
    'release/history.ts',
    'servedBefore(verified, workload, number) ?? servedBefore(releases, workload, number)',
    'servedBefore(releases, workload, number)',
    RELEASES,
  ),
  mutation(
    'what runs and never served is undone first',
    'rollback/target.ts',
    'const current = unserved ?? served;',
    'const current = served;',
    RELEASES,
  ),
  mutation(
    'what was taken back does not run any more',
    'rollback/unserved.ts',
    "release.status !== 'rolled-back' &&",
    '',
    RELEASES,
  ),
];
