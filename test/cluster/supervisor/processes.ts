import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lastLines } from './logs.ts';
import { freePort } from './ports.ts';
import { call, type Methods } from './rpc.ts';

const GRACE_MS = 10_000;

/** A program to run beside the others of a cluster; its output goes to `logs/NAME.log`. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProcessStatus {
  readonly name: string;
  readonly pid: number;
  /** How it ended, such as "exited with code 1"; undefined while it runs. */
  readonly ended?: string;
}

/** Runs programs at one place: on this machine, or inside a cluster's namespaces. */
export interface ProcessHost {
  /** Rejects when the program cannot be started, or one of that name runs. */
  start(spec: ProcessSpec): Promise<void>;
  /** Runs a program to its end; rejects unless that is exit code 0. */
  run(spec: ProcessSpec): Promise<void>;
  /** Ends a program, with SIGTERM and after 10 s with SIGKILL; nothing happens when it has ended. */
  stop(name: string): Promise<void>;
  /** Ends a program with SIGKILL, as a crash would. */
  kill(name: string): Promise<void>;
  list(): Promise<readonly ProcessStatus[]>;
  /** A TCP port of that place on which nobody listens. */
  freePort(): Promise<number>;
}

/** "exited with code 1", "was ended by SIGKILL", or undefined while the process runs. */
function describeEnd(child: ChildProcess): string | undefined {
  if (child.signalCode !== null) return `was ended by ${child.signalCode}`;
  if (child.exitCode !== null) return `exited with code ${child.exitCode}`;
  return undefined;
}

/** Has Linux kill the program when this process ends in whatever way. */
function boundToThisProcess(spec: ProcessSpec): readonly [string, readonly string[]] {
  if (process.platform !== 'linux') return [spec.command, spec.args];
  return ['setpriv', ['--pdeathsig', 'KILL', '--', spec.command, ...spec.args]];
}

/** The programs that this process runs as children of its own. */
export class Processes implements ProcessHost {
  private readonly logs: string;
  private readonly children = new Map<string, ChildProcess>();

  constructor(logs: string) {
    this.logs = logs;
  }

  async start(spec: ProcessSpec): Promise<void> {
    const present = this.children.get(spec.name);
    if (present && describeEnd(present) === undefined) {
      throw new Error(`${spec.name} is running already`);
    }
    this.children.set(spec.name, await this.spawn(spec));
  }

  async run(spec: ProcessSpec): Promise<void> {
    const child = await this.spawn(spec);
    if (describeEnd(child) === undefined) await once(child, 'exit');
    const end = describeEnd(child);
    if (child.exitCode === 0) return;
    throw new Error(`${spec.name} ${end}: ${await lastLines(this.logs, spec.name)}`);
  }

  private async spawn(spec: ProcessSpec): Promise<ChildProcess> {
    await mkdir(this.logs, { recursive: true });
    const log = openSync(join(this.logs, `${spec.name}.log`), 'a');
    try {
      const [command, args] = boundToThisProcess(spec);
      const child = spawn(command, args, {
        stdio: ['ignore', log, log],
        env: { ...process.env, ...spec.env },
      });
      await once(child, 'spawn');
      return child;
    } finally {
      closeSync(log);
    }
  }

  async stop(name: string): Promise<void> {
    await this.end(name, async (child, ended) => {
      child.kill('SIGTERM');
      const patience = new AbortController();
      await Promise.race([ended, delay(GRACE_MS, undefined, { signal: patience.signal })]);
      patience.abort();
    });
  }

  async kill(name: string): Promise<void> {
    await this.end(name);
  }

  /** Ends and forgets a program; `gently` may make it end by itself. */
  private async end(
    name: string,
    gently: (child: ChildProcess, ended: Promise<unknown>) => Promise<void> = async () => {},
  ): Promise<void> {
    const child = this.children.get(name);
    this.children.delete(name);
    if (!child || describeEnd(child) !== undefined) return;
    const ended = once(child, 'exit');
    await gently(child, ended);
    child.kill('SIGKILL');
    await ended;
  }

  async list(): Promise<readonly ProcessStatus[]> {
    return [...this.children].map(([name, child]) => {
      const ended = describeEnd(child);
      return { name, pid: child.pid ?? 0, ...(ended === undefined ? {} : { ended }) };
    });
  }

  async freePort(): Promise<number> {
    return await freePort();
  }
}

/** Offers a process host to another process. */
export function processMethods(host: ProcessHost): Methods {
  return {
    start: (spec: ProcessSpec) => host.start(spec),
    run: (spec: ProcessSpec) => host.run(spec),
    stop: (name: string) => host.stop(name),
    kill: (name: string) => host.kill(name),
    list: () => host.list(),
    freePort: () => host.freePort(),
  };
}

/** The process host that another process serves on a Unix socket. */
export function remoteProcesses(socket: string): ProcessHost {
  return {
    start: (spec) => call(socket, 'start', spec),
    run: (spec) => call(socket, 'run', spec),
    stop: (name) => call(socket, 'stop', name),
    kill: (name) => call(socket, 'kill', name),
    list: () => call(socket, 'list'),
    freePort: () => call(socket, 'freePort'),
  };
}

/** A process host that lists only one of its programs. */
export function onlyProcess(host: ProcessHost, name: string): ProcessHost {
  const list = async () => (await host.list()).filter((one) => one.name === name);
  return {
    start: (spec) => host.start(spec),
    run: (spec) => host.run(spec),
    stop: (one) => host.stop(one),
    kill: (one) => host.kill(one),
    freePort: () => host.freePort(),
    list,
  };
}
