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
    'what another run has put out meanwhile is not marked as verified',
    'rollout/verified.ts',
    'const why = whyNotServing(releases, release);',
    'const why = undefined;',
    ['core/src/rollout/verified'],
  ),
  mutation(
    'a run that has lost the lease marks nothing as verified',
    'rollout/verified.ts',
    'options.signal?.throwIfAborted();',
    '',
    ['core/src/rollout/verified'],
  ),
  mutation(
    'what was verified is gone back to, rather than what only served',
    'release/history.ts',
    'servedBefore(verified, workload, number) ?? servedBefore(releases, workload, number)',
    'servedBefore(releases, workload, number)',
    RELEASES,
  ),
];
