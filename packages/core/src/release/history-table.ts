import { objectName } from '../cluster/object.ts';
import { shownAvailability } from '../workload/availability.ts';
import { imagePlaces } from '../workload/images.ts';
import type { LedgerEntry } from './ledger.ts';
import { shownVersion } from './version.ts';

interface Column {
  readonly title: string;
  readonly cell: (entry: LedgerEntry) => string;
  /** Whether it is left out where no release has anything in it. */
  readonly optional?: true;
}

/** The images of a release, each once; a digest in short. */
function imagesOf({ content }: LedgerEntry): string {
  const images = (content?.workloads ?? [])
    .flatMap(({ template }) => imagePlaces(template))
    .map(({ image = '' }) => image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1'));
  return [...new Set(images)].join(',');
}

/** How available the workloads of a release were when it was found: `3/3`, with names of several. */
function availabilityOf({ content }: LedgerEntry): string {
  const seen = (content?.workloads ?? []).flatMap(({ workload: { kind, name }, availability }) =>
    availability ? [[objectName(kind, name), shownAvailability(availability)] as const] : [],
  );
  const [only] = seen;
  if (only && seen.length === 1) return only[1];
  return seen.map(([name, text]) => `${name}=${text}`).join(',');
}

const COLUMNS: readonly Column[] = [
  { title: 'RELEASE', cell: ({ release }) => String(release.number) },
  { title: 'STATUS', cell: ({ release }) => release.status },
  { title: 'VERSION', cell: ({ release }) => shownVersion(release.version) },
  { title: 'MIGRATION', cell: ({ release }) => release.migrationVersion, optional: true },
  { title: 'AVAILABLE', cell: availabilityOf, optional: true },
  { title: 'IMAGES', cell: imagesOf },
  { title: 'COMMIT', cell: ({ release }) => release.commit.slice(0, 12) },
  { title: 'RUN', cell: ({ release }) => release.run },
  { title: 'CREATED', cell: ({ release }) => release.created },
];

/**
 * The releases of an app as a table, the newest first, for people who know `kubectl rollout history`.
 * Empty where there are none.
 */
export function historyTable(entries: readonly LedgerEntry[]): string {
  if (entries.length === 0) return '';
  const ordered = [...entries].sort((a, b) => b.release.number - a.release.number);
  const columns = COLUMNS.map(({ title, cell, optional }) => {
    const cells = ordered.map(cell);
    const isLeftOut = optional && cells.every((text) => text === '');
    return isLeftOut ? [] : [title, ...cells.map((text) => text || '-')];
  }).filter((column) => column.length > 0);
  const padded = columns.map((column) => {
    const width = Math.max(...column.map((text) => text.length));
    return column.map((text) => text.padEnd(width));
  });
  return [undefined, ...ordered]
    .map((_, row) =>
      padded
        .map((column) => column[row])
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
