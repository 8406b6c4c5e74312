import { imagePlaces } from '../workload/images.ts';
import { newestFirst } from './history.ts';
import type { LedgerEntry } from './ledger.ts';
import { shownVersion } from './version.ts';

const TITLES = ['RELEASE', 'STATUS', 'VERSION', 'IMAGES', 'COMMIT', 'RUN', 'CREATED'] as const;

/** The images of a release, each once; a digest in short. */
function imagesOf({ content }: LedgerEntry): string {
  const images = (content?.workloads ?? [])
    .flatMap(({ template }) => imagePlaces(template))
    .map(({ image = '' }) => image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1'));
  return [...new Set(images)].join(',');
}

/**
 * The releases of an app as a table, the newest first, for people who know `kubectl rollout history`.
 * Empty where there are none.
 */
export function historyTable(entries: readonly LedgerEntry[]): string {
  if (entries.length === 0) return '';
  const byNumber = new Map(entries.map((entry) => [entry.release.number, entry]));
  const rows = newestFirst(entries.map(({ release }) => release)).map((release) => {
    const entry = byNumber.get(release.number);
    const { number, status, version, commit, run, created } = release;
    const images = entry ? imagesOf(entry) : '';
    return [number, status, shownVersion(version), images, commit.slice(0, 12), run, created].map(
      (cell) => String(cell) || '-',
    );
  });
  const table = [[...TITLES], ...rows];
  const widths = TITLES.map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
