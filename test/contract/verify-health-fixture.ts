import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import { serve } from './local-server.ts';
import { runStep, type StepOptions, type StepResult } from './run-action.ts';

/** An application that answers the n-th request, from 1, with `answer(n)`. */
export async function application(answer: (request: number) => object | number): Promise<string> {
  let count = 0;
  return await serve((_, response) => {
    count += 1;
    const given = answer(count);
    if (typeof given === 'number') response.writeHead(given).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(given));
  });
}

/** A double of Prometheus's query API; `undefined` is an empty result. */
export async function prometheusDouble(
  value: (query: number) => string | undefined,
): Promise<string> {
  return await application((query) => {
    const number = value(query);
    const result = number === undefined ? [] : [{ metric: {}, value: [1_700_000_000, number] }];
    return { status: 'success', data: { resultType: 'vector', result } };
  });
}

const QUICK = { duration: '1s', interval: '100ms' };

/** Runs the action for a second, unless the inputs say otherwise. */
export async function verify(
  inputs: Readonly<Record<string, string>>,
  options: StepOptions = {},
): Promise<StepResult> {
  return await runStep('verify-health', { ...options, inputs: { ...QUICK, ...inputs } });
}

/** A workspace with this paal.yaml; gives its folder. */
export async function workspaceWith(config: string): Promise<string> {
  const workspace = await temporaryFolder('workspace');
  await writeFile(join(workspace, 'paal.yaml'), config);
  return workspace;
}

interface Report {
  readonly status: string;
  readonly checks: readonly {
    readonly name: string;
    readonly measurements: readonly Readonly<Record<string, unknown>>[];
  }[];
}

/** The report that the step left. */
export async function reportOf(step: StepResult): Promise<Report> {
  return JSON.parse(await readFile(step.outputs.report ?? '', 'utf8')) as Report;
}
