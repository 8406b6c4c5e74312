import { spawn } from 'node:child_process';
import { systemClock } from '@paal/core/clock';
import { connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { openLedger } from '@paal/core/release/ledger';
import { type RollbackResult, rollBack } from '@paal/core/rollback/run';
import { chooseTarget, type RollbackRequest } from '@paal/core/rollback/target';
import { startJournal } from '@paal/core/rollout/journal';
import { DEFAULT_POLICY } from '@paal/core/rollout/policy';
import type { StepOptions, StepResult } from '../contract/run-action.ts';
import { verify } from '../contract/verify-health-fixture.ts';
import { afterTests, type Playground, sharedCluster } from './fixture.ts';

type Inputs = Readonly<Record<string, string>>;

let proxied: Promise<string> | undefined;

/** Where the API server hands requests on to pods: the way to them that needs no address of theirs. */
async function apiServerProxy(): Promise<string> {
  const { kubectl, kubeconfig } = sharedCluster();
  const child = spawn(kubectl, ['--kubeconfig', kubeconfig, 'proxy', '--port=0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  afterTests(async () => {
    child.kill();
    await closed;
  });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const address = /serve on (\S+)/.exec(text)?.[1];
      if (address) resolve(`http://${address}`);
    });
  });
}

/** Runs verify-health for a release: the Service `web` is asked for its version. */
export async function verifyRelease(
  { cluster, namespace }: Playground,
  release: string,
  inputs: Inputs = {},
  env: Inputs = {},
  onLog?: StepOptions['onLog'],
): Promise<StepResult> {
  proxied ??= apiServerProxy();
  const path = `/api/v1/namespaces/${namespace}/services/web:80/proxy`;
  const url = `${await proxied}${path}`;
  const checks = '- http: { name: web, url: "{{url}}/version", successes: 2 }';
  return await verify(
    { duration: '10s', checks, url, release, namespace, ...inputs },
    { env: { KUBECONFIG: cluster.kubeconfig, ...env }, ...(onLog ? { onLog } : {}) },
  );
}

/** Takes the app back as the actions do. */
export async function takeBack(
  { cluster, namespace }: Playground,
  request: Exclude<RollbackRequest, { to: 'revision' }>,
): Promise<RollbackResult> {
  process.env.KUBECONFIG = cluster.kubeconfig;
  const connection = connect(loadKubeConfig());
  try {
    const ledger = openLedger(connection, namespace, 'shop');
    const sinks = { print: () => undefined, record: () => undefined };
    const target = chooseTarget(await ledger.list(), request);
    const { signal } = new AbortController();
    return await rollBack(
      {
        connection,
        namespace,
        ledger,
        policy: { ...DEFAULT_POLICY, bake: 1_000, timeout: 60_000 },
        listener: startJournal(sinks, systemClock),
        clock: systemClock,
        signal,
        run: 'local',
        atomic: true,
      },
      target,
    );
  } finally {
    await connection.close();
  }
}
