import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getState, saveState } from '@actions/core';
import { type RunSummary, renderRunSummary, type TimelineEntry } from '../report/run-summary.ts';
import { warning } from './log.ts';
import { writeOutputs } from './outputs.ts';
import { redact } from './secrets.ts';
import { writeSummary } from './summary.ts';

/** What a step is in the middle of, for whoever reads of one that was killed. */
export interface Stage {
  /** As in "The run was killed while it …": `watched release 3`. */
  readonly doing: string;
  /** What that leaves behind, and what to do: whole sentences. */
  readonly leaves: string;
}

/** What a report says from the start of its step on. */
export interface ReportFacts {
  readonly action: string;
  /** As in "The … was killed": `rollout`. */
  readonly subject: string;
  readonly flightRecord: string;
  readonly facts: RunSummary['facts'];
  readonly [fact: string]: unknown;
}

/** The report of a step that is not over: always what is true if the step is killed now. */
export interface ReportDraft {
  /** Says what the step does from now on. */
  enter(stage: Stage): void;
  /** Writes how the step ended in its place; gives its path. */
  finish(report: object): string;
  /** The same, with summary, for a step that ended before it had a result. Nothing after `finish`. */
  fail(status: string, message: string): Promise<void>;
  /** Takes the draft away: there is nothing to report. */
  discard(): void;
}

const STATE = 'report';
const ENDS: Readonly<Record<string, string>> = {
  cancelled: 'was cancelled',
  unknown: 'ended unknown',
};
const NOTHING = { workloads: [], findings: [], phases: [], podPhases: [], timeline: [] };

interface Draft extends RunSummary {
  readonly unfinished?: true;
  readonly flightRecord: string;
}

/** Replaces a file in one piece: whoever is killed while it is written leaves the old one. */
function replace(file: string, report: object): void {
  writeFileSync(`${file}.new`, `${redact(JSON.stringify(report, undefined, 2))}\n`);
  renameSync(`${file}.new`, file);
}

/**
 * Begins the report of a step in its folder, and leaves word of it for {@link completeReport}. It is
 * written in place, because a step that is killed has no time to write anything any more.
 */
export function beginReport(
  directory: string,
  { subject, ...facts }: ReportFacts,
  first: Stage,
): ReportDraft {
  const file = join(directory, 'report.json');
  let over = false;
  const enter = ({ doing, leaves }: Stage): void => {
    const title = `The ${subject} was killed`;
    const verdict = `The run was killed while it ${doing}.`;
    const summary = { title, outcome: 'open', verdict, notes: [leaves], ...NOTHING };
    replace(file, { status: 'cancelled', unfinished: true, ...facts, ...summary });
  };
  const finish = (report: object): string => {
    over = true;
    replace(file, { ...facts, ...report });
    return file;
  };
  enter(first);
  saveState(STATE, file);
  writeOutputs({ report: file });
  return {
    enter,
    finish,
    fail: async (status, verdict) => {
      if (over) return;
      const title = `The ${subject} ${ENDS[status] ?? 'failed'}`;
      const outcome = status === 'failed' ? 'bad' : 'open';
      const summary = {
        ...NOTHING,
        title,
        outcome,
        verdict,
        notes: [],
        facts: facts.facts,
      } as const;
      finish({ status, ...summary });
      await writeSummary(renderRunSummary(summary));
    },
    discard: () => {
      over = true;
      rmSync(file);
      writeOutputs({ report: '' });
    },
  };
}

/**
 * The post step's part: ends the report of a step that was killed, and says the same in the summary and
 * as a warning. Nothing where the step came to its end.
 * @param timelineOf reads the timeline from a flight record
 */
export async function completeReport(
  timelineOf: (flightRecord: string) => readonly TimelineEntry[],
): Promise<void> {
  const file = getState(STATE);
  const draft = readDraft(file);
  if (!draft?.unfinished) return;
  const { unfinished: _, ...known } = draft;
  const report = { ...known, timeline: timelineOf(read(draft.flightRecord) ?? '') };
  replace(file, report);
  await writeSummary(renderRunSummary(report));
  warning([report.verdict, ...report.notes].join(' '));
}

function readDraft(file: string): Draft | undefined {
  const text = file === '' ? undefined : read(file);
  return text === undefined ? undefined : (JSON.parse(text) as Draft);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
