import type { Pruned } from '@paal/core/rollout/prune-objects';
import { refName } from '@paal/core/rollout/prune-release';
import type { Marking } from './release.ts';

function of(pruned: readonly Pruned[], outcomes: readonly Pruned['outcome'][]): readonly Pruned[] {
  return pruned.filter(({ outcome }) => outcomes.includes(outcome));
}

/** What is not as it was asked for, one sentence each. */
export function troubles({ pruned, notPruned }: Marking): readonly string[] {
  return [
    ...of(pruned, ['failed']).map(
      ({ ref, message }) => `${refName(ref)} could not be pruned: ${message ?? 'no reason given'}`,
    ),
    ...(notPruned ? [notPruned] : []),
  ];
}

/** What became of the release, one sentence each. */
export function sentences(marking: Marking): readonly string[] {
  const { release, verified, because, pruned, kept } = marking;
  if (!verified) return [`Release ${release} is not marked as verified: ${because}.`];
  const deleted = of(pruned, ['deleted']).map(({ ref }) => refName(ref));
  return [
    `Release ${release} is verified.`,
    ...(deleted.length > 0 ? [`Pruned: ${deleted.join(', ')}.`] : []),
    ...of(pruned, ['replaced']).map(
      ({ ref }) => `${refName(ref)} stays: another object has its name now.`,
    ),
    ...kept.map(({ name, because: why }) => `${name} stays: ${why}.`),
    ...troubles(marking),
  ];
}

/** What the report has of it. */
export function markingReport(marking: Marking): object {
  const { release, verified, because, pruned, kept, notPruned } = marking;
  return {
    number: release,
    verified,
    because: because ?? null,
    pruned: pruned.map(({ ref, outcome, message }) => ({ name: refName(ref), outcome, message })),
    kept,
    'not-pruned': notPruned ?? null,
  };
}
