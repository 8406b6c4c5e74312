import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Variables } from './template.ts';

const sections = {
  /** The silence that this job has made, while it may still hold. */
  silence: z.object({
    id: z.string().min(1),
    /** The Alertmanager that has it, without credentials. */
    alertmanager: z.string(),
  }),
  /** The annotation that this job has begun in Grafana, and not yet ended. */
  annotation: z.object({
    id: z.int(),
    /** The Grafana that has it, without credentials. */
    grafana: z.string(),
    /** Its start, in epoch milliseconds. */
    time: z.number(),
    text: z.string(),
    tags: z.array(z.string()),
  }),
  /** What `phase: before` has kept; its form is that of whoever writes it. */
  baseline: z.json(),
} as const;

/** What steps of one job leave for its later steps. */
export type JobState = {
  readonly [Section in keyof typeof sections]?: z.output<(typeof sections)[Section]>;
};

/** Whose job it is; a job may verify several. */
export type JobSubject = Pick<Variables, 'app' | 'environment'>;

/**
 * The file that holds the state of a job for one app and environment.
 * @param temp the job's folder for temporary files, `RUNNER_TEMP`
 */
export function jobStateFile({ app = '', environment = '' }: JobSubject, temp: string): string {
  const name = ['paal', 'verify', app, environment].filter((part) => part !== '').join('-');
  return join(temp, `${name.replace(/[^A-Za-z0-9._-]/g, '_')}.json`);
}

function contentOf(file: string): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return z.record(z.string(), z.unknown()).safeParse(content).data ?? {};
  } catch {
    return {};
  }
}

/** What earlier steps have left; a section that is not there, or cannot be read, is left out. */
export function readJobState(file: string): JobState {
  const content = contentOf(file);
  const entries = Object.entries(sections).map(([section, schema]) => [
    section,
    schema.safeParse(content[section]).data,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as JobState;
}

/**
 * Writes one section in place of what it was, `undefined` for none; the others stay. The file is the
 * user's alone, and replaced in one piece: whoever is killed while it is written leaves the old one.
 */
export function updateJobState<Section extends keyof JobState>(
  file: string,
  section: Section,
  value: JobState[Section],
): void {
  const content = { ...contentOf(file), [section]: value };
  writeFileSync(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
