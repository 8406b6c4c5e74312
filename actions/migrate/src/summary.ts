import type { MigrateCommand } from '@paal/core/migrate/request';
import type { MigrateResult, MigrationEntry } from '@paal/core/migrate/result';
import { plural, took } from '@paal/core/migrate/wording';
import { code, escapeText, paragraphs, table } from '@paal/core/report/markdown';

/** How many of those that were applied before are listed. */
const MOST_APPLIED = 10;

function verdict(result: MigrateResult): string {
  const { command, status, appliedCount, pendingCount, migrations } = result;
  switch (status) {
    case 'applied':
      return `Applied ${plural(appliedCount ?? 0)}`;
    case 'reverted':
      return `Reverted ${plural(appliedCount ?? 0)}`;
    case 'changed':
      return command === 'unlock'
        ? 'The lease is free'
        : command === 'up' || command === 'down'
          ? 'Done, but what was done was not told'
          : `Marked ${plural(migrations.filter(({ state }) => state === 'done').length)}`;
    case 'up-to-date':
      if (command === 'baseline' || command === 'repair') return 'Nothing to mark';
      return command === 'down' ? 'Nothing to revert' : 'Nothing to apply';
    case 'planned': {
      const planned = migrations.filter(({ state }) => state === 'planned').length;
      if (command === 'status') return `${plural(pendingCount ?? 0)} pending`;
      return `Would ${command === 'down' ? 'revert' : 'apply'} ${plural(planned)}`;
    }
    case 'failed':
      return command === 'down' ? 'Reverting migrations failed' : 'Migrations failed';
  }
}

function stateText(entry: MigrationEntry, command: MigrateCommand): string {
  const { state, missing, late, edited, checkpoint } = entry;
  const down = command === 'down';
  const text = {
    applied: 'applied before',
    pending: 'pending',
    planned: down ? 'would be reverted' : 'would be applied',
    done: down ? '**reverted**' : command === 'up' ? '**applied**' : '**marked**',
    failed: '**failed**',
    interrupted: '**interrupted**',
  }[state];
  const remarks = [
    ...(missing ? ['not in this checkout'] : []),
    ...(late ? ['older than an applied one'] : []),
    ...(edited ? ['edited since'] : []),
    ...(checkpoint === undefined ? [] : [`checkpoint ${code(checkpoint)}`]),
  ];
  return remarks.length === 0 ? text : `${text}, ${remarks.join(', ')}`;
}

function migrationsTable({ command, migrations }: MigrateResult): string | undefined {
  if (migrations.length === 0) return undefined;
  const before = migrations.filter(({ state }) => state === 'applied');
  const unlisted = new Set(before.slice(0, -MOST_APPLIED));
  const rows = migrations
    .filter((entry) => !unlisted.has(entry))
    .map((entry) => [
      code(entry.name),
      stateText(entry, command),
      entry.milliseconds === undefined ? '' : took(entry.milliseconds),
    ]);
  const rest = unlisted.size === 0 ? [] : [[`… ${unlisted.size} more`, 'applied before', '']];
  return table(['migration', 'state', 'took'], [...rest, ...rows]);
}

/** The summary of a call, as Markdown. */
export function renderSummary(result: MigrateResult): string {
  const { failure, current, previous, pendingCount, migrations } = result;
  const moved =
    current !== previous && previous !== undefined ? ` (before: ${code(previous)})` : '';
  const standing =
    migrations.length === 0
      ? undefined
      : `Last applied: ${current === undefined ? 'none' : code(current)}${moved}. Pending: ${pendingCount}.`;
  return paragraphs(
    `## ${failure ? '❌' : '✅'} ${verdict(result)}`,
    failure && escapeText(failure.message),
    standing,
    migrationsTable(result),
    result.preview,
  );
}
