import { formatDuration } from '@paal/core/config/duration';
import type { MigrateResult, MigrationEntry } from '@paal/core/migrate/result';
import { code, escapeText, paragraphs, table } from '@paal/core/report/markdown';

/** How many of those that were applied before are listed. */
const MOST_APPLIED = 10;

/** `3 migrations` */
export function plural(count: number): string {
  return count === 1 ? '1 migration' : `${count} migrations`;
}

/** `6 ms`, `1.2 s`, `3 m` */
export function took(milliseconds: number): string {
  return milliseconds < 100 ? `${Math.round(milliseconds)} ms` : formatDuration(milliseconds);
}

function verdict(result: MigrateResult): string {
  const { command, status, appliedCount, pendingCount, migrations } = result;
  switch (status) {
    case 'applied':
      return `Applied ${plural(appliedCount)}`;
    case 'reverted':
      return `Reverted ${plural(appliedCount)}`;
    case 'up-to-date':
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

function stateText({ state, missing, late }: MigrationEntry, down: boolean): string {
  const text = {
    applied: 'applied before',
    pending: 'pending',
    planned: down ? 'would be reverted' : 'would be applied',
    done: down ? '**reverted**' : '**applied**',
    failed: '**failed**',
  }[state];
  const remarks = [
    ...(missing ? ['not in this checkout'] : []),
    ...(late ? ['older than an applied one'] : []),
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
      stateText(entry, command === 'down'),
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
  );
}
