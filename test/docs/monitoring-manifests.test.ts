import { basename } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { catalogue } from '../cluster/programs/catalogue.ts';
import { readText, readYaml } from './repository-files.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: { readonly requests?: object; readonly limits?: object };
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
  readonly securityContext?: { readonly allowPrivilegeEscalation?: boolean };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Pod {
  readonly containers: readonly Container[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string };
  }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly template?: { readonly spec: Pod };
    readonly ports?: readonly { readonly port: number }[];
  };
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { name: string; files: readonly string[] }[];
}

const FOLDER = 'examples/monitoring';
const kustomization = await readYaml<Kustomization>(`${FOLDER}/kustomization.yaml`);
const generated = new Map(kustomization.configMapGenerator.map(({ name, files }) => [name, files]));
const manifests: Manifest[] = [];
for (const path of kustomization.resources) {
  const documents = parseAllDocuments(await readText(`${FOLDER}/${path}`));
  manifests.push(...documents.map((document) => document.toJS() as Manifest));
}
const workloads = manifests.flatMap(({ kind, metadata, spec }) =>
  spec?.template ? [{ kind, name: metadata.name, pod: spec.template.spec }] : [],
);

describe.each(workloads)('$kind $name', ({ kind, pod }) => {
  test('has images with a version, resources, and probes where it serves', () => {
    for (const container of pod.containers) {
      expect(container.image).toMatch(/:v?\d+\.\d+\.\d+/);
      expect(container.resources).toMatchObject({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
      expect(container.securityContext?.allowPrivilegeEscalation).toBe(false);
      const probes = [container.readinessProbe, container.livenessProbe];
      if (kind !== 'Job') expect(probes).not.toContain(undefined);
    }
  });

  test('finds the configuration that its arguments name', () => {
    const files = new Set<string>();
    for (const { volumeMounts = [] } of pod.containers) {
      for (const { name, mountPath } of volumeMounts) {
        const map = pod.volumes?.find((volume) => volume.name === name)?.configMap?.name;
        if (map === undefined) continue;
        expect([...generated.keys()]).toContain(map);
        for (const file of generated.get(map) ?? []) files.add(`${mountPath}/${basename(file)}`);
      }
    }
    const folders = [...files].map((file) => file.slice(0, file.lastIndexOf('/')));
    const words = pod.containers.flatMap(({ args = [], command = [], env = [] }) => [
      ...args.map((arg) => arg.replace(/^--[\w.]+=/, '')),
      ...command,
      ...env.map(({ value = '' }) => value),
    ]);
    const named = words.filter((word) => folders.some((folder) => word.startsWith(`${folder}/`)));
    expect(named.filter((word) => !files.has(word))).toEqual([]);
  });
});

describe('the manifests', () => {
  test('are of the parts of the process, and of what else they need', () => {
    expect(new Set(workloads.map(({ name }) => name))).toEqual(
      new Set([
        ...['prometheus', 'alertmanager', 'grafana', 'pushgateway'],
        ...['fluentd', 'elasticsearch', 'kibana', 'log-set-up'],
      ]),
    );
  });

  test('have every Service, on its port, that a configuration names', async () => {
    const ports = new Map(
      manifests.flatMap(({ kind, metadata, spec }) =>
        kind === 'Service' ? [[metadata.name, spec?.ports?.map(({ port }) => port)] as const] : [],
      ),
    );
    const paths = [...kustomization.resources, ...[...generated.values()].flat()];
    const named = new Set<string>();
    for (const path of paths) {
      const text = await readText(`${FOLDER}/${path}`);
      for (const [, name, port] of text.matchAll(
        /\b([a-z-]+)\.monitoring\.svc(?::(\d+)|$|\s+port (\d+))/gm,
      )) {
        if (port) named.add(`${name}:${port}`);
      }
    }
    expect(named.size).toBeGreaterThan(5);
    const missing = [...named].filter((one) => {
      const [name = '', port] = one.split(':');
      return !ports.get(name)?.includes(Number(port));
    });
    expect(missing).toEqual([]);
  });

  test('run the releases that the tests run', () => {
    const images = new Set(
      workloads.flatMap(({ pod }) => pod.containers.map(({ image }) => image)),
    );
    for (const name of ['prometheus', 'alertmanager', 'pushgateway'] as const) {
      expect(images).toContain(`prom/${name}:v${catalogue[name].version}`);
    }
  });

  test('need no Secret that the README does not tell how to make', async () => {
    const text = JSON.stringify(manifests);
    const secrets = [
      ...text.matchAll(/"secretName":"([\w-]+)"|"secretKeyRef":\{"name":"([\w-]+)"/g),
    ].map(([, volume, key]) => volume ?? key);
    expect(secrets.length).toBeGreaterThan(0);
    const readme = await readText(`${FOLDER}/README.md`);
    for (const secret of secrets) expect(readme).toContain(`create secret generic ${secret} `);
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
  });
});
