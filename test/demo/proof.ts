import { errorMessage } from '@paal/core/errors';
import { MongoClient } from 'mongodb';
import type { Cluster } from '../cluster/cluster.ts';
import { kubectl, type Surroundings } from './surroundings.ts';

/** A statement about the cluster, and whether it is true. */
export interface Proof {
  readonly statement: string;
  /** What was found instead, where it is not. */
  readonly instead: string | undefined;
}

/** What must be the case after a run of the pipeline. */
export interface Expectation {
  /** The image tag that serves. */
  readonly tag: string;
  readonly registry: string;
  /** Whether products say how many of them are in stock. */
  readonly stock: boolean;
  /** Status by number of every release in the ledger. */
  readonly ledger: Readonly<Record<number, string>>;
}

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { image: string }[] } };
  };
  readonly status: { readonly replicas?: number; readonly availableReplicas?: number };
}

interface ConfigMapList {
  readonly items: readonly { readonly metadata: { readonly labels: Record<string, string> } }[];
}

/** Compares what was found with what was expected. */
export function prove(statement: string, expected: unknown, found: unknown): Proof {
  const [want, have] = [expected, found].map((value) => JSON.stringify(value));
  return { statement, instead: want === have ? undefined : `${have} instead of ${want}` };
}

async function proveDeployment(
  cluster: Cluster,
  part: string,
  { registry, tag }: Expectation,
): Promise<Proof> {
  const name = `paal-${part}`;
  const text = await kubectl(cluster, ['get', 'deployment', name, '-o', 'json']);
  const { spec, status } = JSON.parse(text) as Deployment;
  const image = `${registry}/paal/${part}:${tag}`;
  return prove(
    `deployment/${name}: ${spec.replicas} of ${spec.replicas} pods run ${part}:${tag.slice(0, -33)}…, and no other`,
    { image, available: spec.replicas, pods: spec.replicas },
    {
      image: spec.template.spec.containers[0]?.image,
      available: status.availableReplicas ?? 0,
      pods: status.replicas ?? 0,
    },
  );
}

async function proveAnswers({ url }: Surroundings, { tag }: Expectation): Promise<Proof> {
  const response = await fetch(`${url}/api/status`);
  const body = (await response.json()) as {
    frontend?: { version?: string };
    backend?: { status?: string; version?: string };
  };
  return prove(
    'the page behind the load balancer comes from this frontend, this backend, and a database that answers',
    { frontend: tag, backend: tag, status: 'ok' },
    {
      frontend: body.frontend?.version,
      backend: body.backend?.version,
      status: body.backend?.status,
    },
  );
}

async function proveDatabase({ mongodbUri }: Surroundings, { stock }: Expectation): Promise<Proof> {
  const client = await MongoClient.connect(mongodbUri);
  try {
    const products = client.db().collection('products');
    const [all, stocked] = [
      await products.countDocuments(),
      await products.countDocuments({ stock: { $exists: true } }),
    ];
    return prove(
      `the database has 6 products, ${stock ? 'all' : 'none'} of them with stock`,
      { all: 6, stocked: stock ? 6 : 0 },
      { all, stocked },
    );
  } finally {
    await client.close();
  }
}

async function proveLedger(cluster: Cluster, { ledger }: Expectation): Promise<Proof> {
  const args = ['get', 'configmaps', '-l', 'paal.dev/release', '-o', 'json'];
  const { items } = JSON.parse(await kubectl(cluster, args)) as ConfigMapList;
  const found = Object.fromEntries(
    items.map(({ metadata }) => [
      metadata.labels['paal.dev/release'],
      metadata.labels['paal.dev/status'],
    ]),
  );
  const list = Object.entries(ledger).map(([number, status]) => `release ${number} ${status}`);
  return prove(`the ledger says: ${list.join(', ')}`, ledger, found);
}

/** Asks the cluster, the page and the database whether what is expected is the case. */
export async function proofs(
  cluster: Cluster,
  surroundings: Surroundings,
  expectation: Expectation,
): Promise<readonly Proof[]> {
  const questions: Readonly<Record<string, () => Promise<Proof>>> = {
    'deployment/paal-backend': () => proveDeployment(cluster, 'backend', expectation),
    'deployment/paal-frontend': () => proveDeployment(cluster, 'frontend', expectation),
    'the page': () => proveAnswers(surroundings, expectation),
    'the database': () => proveDatabase(surroundings, expectation),
    'the ledger': () => proveLedger(cluster, expectation),
  };
  const answers = Object.entries(questions).map(async ([what, ask]) =>
    ask().catch((error: unknown) => ({
      statement: `${what} can be asked`,
      instead: errorMessage(error).split('\n').at(-1) ?? '',
    })),
  );
  return await Promise.all(answers);
}
