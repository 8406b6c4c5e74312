import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** How a step of a job is run. */
export interface StepOptions {
  /** Inputs by their names in action.yml; the others have action.yml's defaults, as with the runner. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The workspace; default: an empty folder. */
  readonly workspace?: string;
  /** Options of node, before the bundle. */
  readonly nodeOptions?: readonly string[];
  /** Called with everything printed so far, after every piece of output. */
  readonly onLog?: (log: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** What the runner would know after the step. */
export interface StepResult {
  readonly exitCode: number | null;
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Standard output and standard error as they came. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** What the step exported to the job's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it added to PATH. */
  readonly paths: readonly string[];
  readonly summary: string;
  /** RUNNER_TEMP of the job. */
  readonly temp: string;
  /** The messages of the error annotations. */
  readonly errors: readonly string[];
  /** Runs the action's post step, as the runner does at the end of the job. */
  post(): Promise<StepResult>;
}

interface FileCommands {
  readonly GITHUB_OUTPUT: string;
  readonly GITHUB_STATE: string;
  readonly GITHUB_ENV: string;
  readonly GITHUB_PATH: string;
  readonly GITHUB_STEP_SUMMARY: string;
}

/** The inputs as the runner hands them over: what is given, over action.yml's defaults. */
async function inputVariables(
  name: string,
  inputs: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const metadata = parse(
    await readFile(join(repositoryRoot, 'dist', name, 'action.yml'), 'utf8'),
  ) as { inputs?: Record<string, { default?: string }> };
  const known = metadata.inputs ?? {};
  const values: Record<string, string> = {};
  for (const [input, { default: fallback = '' }] of Object.entries(known)) {
    // Of a runner that is too old for what it asks for, an expression is empty.
    values[input] = fallback.startsWith('${{') ? '' : fallback;
  }
  for (const [input, value] of Object.entries(inputs)) {
    if (!(input in known)) throw new Error(`${name} has no input "${input}"`);
    values[input] = value;
  }
  return Object.fromEntries(
    Object.entries(values).map(([input, value]) => [
      `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  );
}

/** The `name=value` and heredoc lines of a file command. */
export function parseFileCommand(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const pattern = /^([^\n=]+?)(?:<<([^\n]+)\n([\s\S]*?)\n?\2|=([^\n]*))$/gm;
  for (const [, name = '', , block, line] of text.matchAll(pattern)) {
    values[name] = block ?? line ?? '';
  }
  return values;
}

async function emptyFiles(directory: string): Promise<FileCommands> {
  const names = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'] as const;
  const entries = names.map(
    (name) => [`GITHUB_${name}`, join(directory, name.toLowerCase())] as const,
  );
  for (const [, file] of entries) await writeFile(file, '');
  return Object.fromEntries(entries) as unknown as FileCommands;
}

/**
 * Runs the bundle `dist/<name>/index.js` as the runner does: a child process of its own, `INPUT_*`
 * and `GITHUB_*` variables, file commands, nothing else of this process's environment but PATH.
 */
export async function runStep(name: string, options: StepOptions = {}): Promise<StepResult> {
  const temp = await temporaryFolder('step');
  const workspace = options.workspace ?? join(temp, 'workspace');
  await mkdir(workspace, { recursive: true });
  const run = async (
    state: Readonly<Record<string, string>>,
    folder: string,
  ): Promise<StepResult> => {
    const files = await emptyFiles(folder);
    const env: Record<string, string> = {
      PATH: process.env.PATH ?? '',
      HOME: temp,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'paal/shop',
      GITHUB_RUN_ID: '42',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_ACTOR: 'octocat',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: 'https://api.github.com',
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temp,
      RUNNER_TOOL_CACHE: join(temp, 'tools'),
      ...files,
      ...(await inputVariables(name, options.inputs ?? {})),
      ...Object.fromEntries(Object.entries(state).map(([key, value]) => [`STATE_${key}`, value])),
      ...options.env,
    };
    const bundle = join(repositoryRoot, 'dist', name, 'index.js');
    const begin = performance.now();
    const child = spawn(process.execPath, [...(options.nodeOptions ?? []), bundle], {
      cwd: workspace,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        log += chunk;
        options.onLog?.(log, (signal) => child.kill(signal));
      });
    }
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const seconds = (performance.now() - begin) / 1_000;
    const read = async (file: string): Promise<string> => await readFile(file, 'utf8');
    const nextState = parseFileCommand(await read(files.GITHUB_STATE));
    return {
      exitCode,
      seconds,
      log,
      outputs: parseFileCommand(await read(files.GITHUB_OUTPUT)),
      environment: parseFileCommand(await read(files.GITHUB_ENV)),
      paths: (await read(files.GITHUB_PATH)).split('\n').filter((line) => line !== ''),
      summary: await read(files.GITHUB_STEP_SUMMARY),
      temp,
      errors: [...log.matchAll(/^::error(?: [^:]*)?::(.*)$/gm)].map(([, message = '']) => message),
      post: async () => {
        const postFolder = join(temp, 'post');
        await mkdir(postFolder, { recursive: true });
        return await run(nextState, postFolder);
      },
    };
  };
  return await run({}, temp);
}
