import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { execa } from 'execa';

/** One step of a job, as far as act tells of it. */
export interface StepRun {
  readonly job: string;
  readonly name: string;
  readonly outcome: 'success' | 'failure';
  readonly milliseconds: number;
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown that it wrote to the job summary; empty when it wrote none. */
  readonly summary: string;
  /** The messages of its error annotations. */
  readonly errors: readonly string[];
}

/** How a run of a workflow ended. */
export interface WorkflowRun {
  readonly succeeded: boolean;
  readonly milliseconds: number;
  /** Every step that was run, in the order in which they ended. */
  readonly steps: readonly StepRun[];
}

export interface ActOptions {
  readonly act: string;
  /** act's own arguments, from the event on. */
  readonly args: readonly string[];
  /** The repository. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where everything that act prints is kept, one JSON object a line. */
  readonly log: string;
  readonly onStep: (step: StepRun) => void;
  readonly signal: AbortSignal;
}

/** A line of `act --json` (pkg/runner/logger.go), as far as it is read here. */
interface Line {
  readonly job?: string;
  readonly step?: string;
  readonly stage?: string;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
  readonly stepResult?: string;
  /** Nanoseconds. */
  readonly executionTime?: number;
}

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined; // act's own warnings about its set-up are no JSON
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Draft extends Omit<Mutable<StepRun>, 'outputs' | 'errors' | 'outcome'> {
  outcome: StepRun['outcome'] | undefined;
  readonly outputs: Record<string, string>;
  readonly errors: string[];
}

/** Puts the lines of `act --json` together to steps. */
export class StepReader {
  readonly #drafts = new Map<string, Draft>();

  /** The steps that have ended. */
  get steps(): readonly StepRun[] {
    return [...this.#drafts.values()].flatMap(({ outcome, ...rest }) =>
      outcome ? [{ ...rest, outcome }] : [],
    );
  }

  /**
   * Takes a line; gives the step whose end it tells. The step's outputs and summary follow in later
   * lines.
   */
  read(text: string): StepRun | undefined {
    const line = parse(text);
    if (!line?.step || line.stage !== 'Main') return undefined;
    const draft = this.#draftOf(line.job ?? '', line.step);
    if (line.command === 'error') draft.errors.push(line.arg ?? '');
    if (line.command === 'set-output') draft.outputs[line.name ?? ''] = line.arg ?? '';
    if (line.command === 'summary') draft.summary = line.content ?? '';
    if (line.stepResult !== 'success' && line.stepResult !== 'failure') return undefined;
    const { stepResult: outcome, executionTime = 0 } = line;
    return Object.assign(draft, { outcome, milliseconds: executionTime / 1_000_000 });
  }

  #draftOf(job: string, name: string): Draft {
    const key = `${job}\n${name}`;
    const known = this.#drafts.get(key);
    if (known) return known;
    const draft = {
      ...{ job, name, outcome: undefined, milliseconds: 0 },
      ...{ outputs: {}, summary: '', errors: [] },
    };
    this.#drafts.set(key, draft);
    return draft;
  }
}

/** Runs a workflow with act in the repository, without Docker: jobs are processes of this machine. */
export async function runWorkflow(options: ActOptions): Promise<WorkflowRun> {
  const { act, args, directory, env, log, onStep, signal } = options;
  const reader = new StepReader();
  const file = createWriteStream(log);
  const start = performance.now();
  const child = execa(act, [...args, '--json'], {
    cwd: directory,
    env,
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: 10_000,
  });
  for await (const text of createInterface({ input: child.all })) {
    file.write(`${text}\n`);
    const step = reader.read(text);
    if (step) onStep(step);
  }
  const { failed } = await child;
  file.end();
  await finished(file);
  signal.throwIfAborted();
  return { succeeded: !failed, milliseconds: performance.now() - start, steps: reader.steps };
}
