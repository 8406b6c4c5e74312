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
  mutation(
    'a release is sealed once it is told what became of it',
    'release/stored.ts',
    'metadata: fateOf(release, status, takenBack, measured), immutable: true',
    'metadata: fateOf(release, status, takenBack, measured)',
    RELEASES,
  ),
  mutation(
    'the head of a release is written after its parts',
    'release/ledger.ts',
    'for (const part of parts) {',
    'for (const part of [head, ...parts]) {',
    RELEASES,
  ),
  mutation(
    'an image that is not what the release ran is noticed',
    'rollback/moved-images.ts',
    'before.every(({ digest }) => digest !== now.digest)',
    'false',
    RELEASES,
  ),
  mutation(
    'digests of manifests and of configurations are not compared',
    'rollback/moved-images.ts',
    'recorded.filter((one) => one.of === now.of)',
    'recorded',
    RELEASES,
  ),
  mutation(
    'of a Secret that may not be read nothing is said',
    'release/config-record.ts',
    'if (!now.has(name) || now.get(name) === hash) return [];',
    'if (now.get(name) === hash) return [];',
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
