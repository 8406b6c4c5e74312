import { code, details, escapeText, paragraphs, table } from '../../report/markdown.ts';
import { DRY_RUN_LIMITS } from './limits.ts';
import type { Recorded, RecordedCommand } from './recorded.ts';

/** How many lines are shown of one migration. */
const MOST_LINES = 50;
const MOST_NOTES = 3;

/** What one migration would send. */
export interface DryRunOfMigration {
  readonly name: string;
  readonly recorded: Recorded;
  /** Why it did not run to its end, where it did not. */
  readonly failure: string | undefined;
}

/** Consecutive commands that differ in their values only. */
interface Group {
  readonly first: RecordedCommand;
  readonly times: number;
  /** Documents of those that were counted. */
  readonly documents: number | undefined;
  readonly notes: readonly string[];
}

function add(group: Group, { documents, note }: RecordedCommand): Group {
  return {
    first: group.first,
    times: group.times + 1,
    documents: documents === undefined ? group.documents : (group.documents ?? 0) + documents,
    notes: note === undefined || group.notes.includes(note) ? group.notes : [...group.notes, note],
  };
}

/** Consecutive commands of one shape, such as those of a loop, taken together. */
export function groupCommands(commands: readonly RecordedCommand[]): readonly Group[] {
  const groups: Group[] = [];
  for (const command of commands) {
    const last = groups.at(-1);
    if (last?.first.shape === command.shape) {
      groups[groups.length - 1] = add(last, command);
    } else {
      const empty = { first: command, times: 0, documents: undefined, notes: [] };
      groups.push(add(empty, command));
    }
  }
  return groups;
}

function documentsText({ documents }: Group): string {
  if (documents === undefined) return '';
  return documents === 1 ? '1 document' : `${documents} documents`;
}

function notesText({ notes }: Group): string {
  const rest = notes.length - MOST_NOTES;
  return [...notes.slice(0, MOST_NOTES), ...(rest > 0 ? [`${rest} more such notes`] : [])].join(
    '; ',
  );
}

function operationText({ first, times }: Group): string {
  return times === 1 ? first.name : `${times} × ${first.name}`;
}

/** `users`, or `other.users` where it is not in `database`. */
function placeText({ first }: Group, database: string): string {
  const { collection } = first;
  if (first.database === database) return collection ?? '';
  return collection === undefined ? first.database : `${first.database}.${collection}`;
}

function omittedText(groups: readonly Group[], { omitted }: Recorded): string | undefined {
  const hidden = groups.slice(MOST_LINES).reduce((sum, { times }) => sum + times, 0) + omitted;
  return hidden === 0 ? undefined : `… and ${hidden} writes more`;
}

/**
 * The log's lines for one migration: operation, collection, what it says, documents. `database` is the
 * one that is migrated.
 */
export function dryRunLines(recorded: Recorded, database: string): readonly string[] {
  const groups = groupCommands(recorded.commands);
  if (groups.length === 0 && recorded.omitted === 0) return ['no writes'];
  const lines = groups.slice(0, MOST_LINES).map((group) => {
    const place = placeText(group, database);
    const head = [operationText(group), place, group.first.text].filter((part) => part !== '');
    const result = [documentsText(group), notesText(group)].filter((part) => part !== '');
    return head.join(' ') + (result.length === 0 ? '' : `: ${result.join('; ')}`);
  });
  const omitted = omittedText(groups, recorded);
  return omitted === undefined ? lines : [...lines, omitted];
}

function section({ name, recorded, failure }: DryRunOfMigration, database: string): string {
  const groups = groupCommands(recorded.commands);
  const rows = groups
    .slice(0, MOST_LINES)
    .map((group) => [
      escapeText(operationText(group)),
      code(placeText(group, database)),
      group.first.text === '' ? '' : code(group.first.text),
      group.documents === undefined ? '' : String(group.documents),
      escapeText(notesText(group)),
    ]);
  const writes = recorded.commands.length + recorded.omitted;
  const title = `${name}: ${writes === 1 ? '1 write' : `${writes === 0 ? 'no' : writes} writes`}`;
  return details(
    title,
    paragraphs(
      rows.length === 0
        ? 'It would write nothing.'
        : table(['operation', 'collection', 'what', 'documents', 'to know'], rows),
      omittedText(groups, recorded),
      failure && `It did not run to its end: ${escapeText(failure)}`,
    ),
  );
}

/** The job summary's sections for the migrations of a dry run, and what such a run cannot tell. */
export function dryRunMarkdown(migrations: readonly DryRunOfMigration[], database: string): string {
  if (migrations.length === 0) return '';
  return paragraphs(
    '### What would be written',
    ...migrations.map((migration) => section(migration, database)),
    DRY_RUN_LIMITS.map((limit) => `- ${escapeText(limit)}`).join('\n'),
  );
}
