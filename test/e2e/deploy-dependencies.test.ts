import { describe, expect } from '@jest/globals';
import { afterTests, type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  reportOf,
  testVersions,
} from './rollout-fixture.ts';
import { until } from './until.ts';
import { service, web } from './workloads.ts';

const image = testVersions();

/** A namespace that is not there yet, and goes after the tests. */
async function newNamespace(label: string): Promise<{ ground: Playground; own: string }> {
  const ground = await playground(label);
  const own = `${ground.namespace}-own`;
  afterTests(() =>
    ground.kubectl('delete', 'namespace', own, '--ignore-not-found', '--wait=false'),
  );
  return { ground, own };
}

const namespaceObject = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

const configMap = (data: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'web' },
  data,
});

const rbac = 'rbac.authorization.k8s.io';

/** What a team's first deployment brings along. */
function everything(own: string): readonly object[] {
  return [
    web({
      image: image.v1,
      pod: { serviceAccountName: 'web' },
      container: { envFrom: [{ configMapRef: { name: 'web' } }] },
    }),
    service('web'),
    configMap({ GREETING: 'hello' }),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'web' },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'web' },
      subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: own }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: 'web' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' } },
    namespaceObject(own),
  ];
}

const isThere = async (ground: Playground, kind: string, name: string): Promise<boolean> =>
  (await ground.kubectl('get', kind, name, '--ignore-not-found', '-o', 'name')) !== '';

describe('a release that brings its namespace along', () => {
  realNodeTest('is rolled out into it, and a dry run says what is not proven yet', async () => {
    const { ground, own } = await newNamespace('own-namespace');
    const inputs = { namespace: own };
    const dry = await applyManifest(ground, everything(own), { ...inputs, 'dry-run': 'true' });
    expectGood(dry);
    expect(dry.log).toMatch(
      new RegExp(`^Not proven before namespace/${own} is written, .*deployment/web`, 'm'),
    );
    expect(dry.log).toContain('the server accepts what it can judge already; nothing was changed');
    expect(await isThere(ground, 'namespace', own)).toBe(false);

    const step = await applyManifest(ground, everything(own), inputs);
    expectGood(step);
    expect(step.outputs).toMatchObject({ changed: 'true', release: '1', revision: '1' });
    const replicas = '-ojsonpath={.status.availableReplicas}';
    expect(await ground.kubectl('-n', own, 'get', 'deployment', 'web', replicas)).toBe('1');
    const names = await ground.kubectl('-n', own, 'get', 'configmap', '-oname');
    expect(names).toContain('configmap/paal.shop.1');

    const again = await applyManifest(ground, everything(own), inputs);
    expectGood(again);
    expect(again.outputs).toMatchObject({ changed: 'false', release: '1' });
  });

  realNodeTest('is refused before anything is written when a field is unknown', async () => {
    const { ground, own } = await newNamespace('own-typo');
    const typo = web({ image: image.v1, spec: { replcas: 3 } });
    const step = await applyManifest(ground, [namespaceObject(own), typo], { namespace: own });
    expect(step.errors).toEqual([expect.stringMatching(/^web\.yaml:\d+:1: .*replcas/)]);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failure-reason': 'BadInput' });
    expect(await isThere(ground, 'namespace', own)).toBe(false);
  });

  realNodeTest('is refused before any workload, where only the namespace can tell', async () => {
    const { ground, own } = await newNamespace('own-refused');
    const impossible = {
      ...service('web'),
      spec: { selector: { app: 'web' }, ports: [{ port: 70_000 }] },
    };
    const objects = [
      namespaceObject(own),
      configMap({ A: '1' }),
      impossible,
      web({ image: image.v1 }),
    ];
    const step = await applyManifest(ground, objects, { namespace: own });
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'WriteRefused',
      'failed-workload': 'service/web',
      'rolled-back': 'not-attempted',
    });
    expect(step.errors).toEqual([
      expect.stringContaining(
        `This could not be checked before namespace/${own} was there. No workload was written. ` +
          `What was written, stays: namespace/${own}.`,
      ),
    ]);
    expect(step.log).toMatch(/^::error file=web\.yaml,line=\d+/m);
    expect(await ground.kubectl('-n', own, 'get', 'deployments,services', '-oname')).toBe('');
  });
});

/** A kind of a group of its own, which has a status and says in it whether it is Ready. */
function definition(group: string, fields: object): object {
  const schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { size: { type: 'integer', maximum: 3 }, ...fields } },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `carts.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Cart', plural: 'carts', singular: 'cart' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}

const cart = (group: string, spec: object): object => ({
  apiVersion: `${group}/v1`,
  kind: 'Cart',
  metadata: { name: 'a' },
  spec,
});

async function newKind(label: string): Promise<{ ground: Playground; group: string }> {
  const ground = await playground(label);
  const group = `${ground.namespace}.example`;
  afterTests(() => ground.kubectl('delete', 'crd', `carts.${group}`, '--ignore-not-found'));
  return { ground, group };
}

/** Does what the controller of the kind would do: says that the object is Ready as it is now. */
async function makeReady(ground: Playground, group: string, generation: number): Promise<void> {
  const name = `carts.${group}`;
  await until('the custom resource', async () => {
    const get = ['get', name, 'a', '-ojsonpath={.metadata.generation}'];
    return (await ground.kubectl(...get).catch(() => '')) === String(generation);
  });
  const ready = { type: 'Ready', status: 'True', reason: 'Done', message: '' };
  const status = { observedGeneration: generation, conditions: [ready] };
  const patch = JSON.stringify({ status });
  await ground.kubectl('patch', name, 'a', '--subresource=status', '--type=merge', '-p', patch);
}

describe('a release that brings the definition of a kind along', () => {
  realNodeTest('writes its custom resources too, and waits until they are Ready', async () => {
    const { ground, group } = await newKind('own-kind');
    const objects = (size: object, fields = {}) => [
      cart(group, size),
      web({ image: image.v1 }),
      definition(group, fields),
    ];
    const name = `customresourcedefinition/carts.${group}`;
    const [step] = await Promise.all([
      applyManifest(ground, objects({ size: 1 })),
      makeReady(ground, group, 1),
    ]);
    expectGood(step);
    expect(step.log).toContain(`Checked now that ${name} is there: cart/a`);
    await expectServing(ground, image.v1);
    const { workloads } = await reportOf(step);
    expect(workloads).toContainEqual(
      expect.objectContaining({ name: 'cart/a', status: 'succeeded' }),
    );

    // The definition that is there would not allow it.
    const color = { color: { type: 'string' } };
    const [more] = await Promise.all([
      applyManifest(ground, objects({ size: 1, color: 'red' }, color)),
      makeReady(ground, group, 2),
    ]);
    expectGood(more);
    expect(await ground.kubectl('get', `carts.${group}`, 'a', '-ojsonpath={.spec.color}')).toBe(
      'red',
    );
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  });

  realNodeTest('writes no workload when it refuses a custom resource', async () => {
    const { ground, group } = await newKind('own-kind-refused');
    const step = await applyManifest(ground, [
      web({ image: image.v1 }),
      cart(group, { size: 4 }),
      definition(group, {}),
    ]);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'WriteRefused',
      'failed-workload': 'cart/a',
    });
    expect(step.errors).toEqual([
      expect.stringMatching(/size.*could not be checked before .*No workload was written\./s),
    ]);
    expect(await ground.kubectl('get', 'deployments', '-oname')).toBe('');
  });
});
