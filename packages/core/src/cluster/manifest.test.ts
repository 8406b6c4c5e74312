import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Kustomize, parseManifest, readManifests } from './manifest.ts';

const noKustomize = async (): Promise<string> => {
  throw new Error('not asked for');
};

const read = async (paths: readonly string[], kustomize: Kustomize = noKustomize) =>
  await readManifests(paths, kustomize, '/nowhere/manifests.yaml');

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'paal-manifests-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(directory, name, '..'), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

const object = (kind: string, name: string): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`;

describe('a manifest', () => {
  test('gives its objects with their places, empty documents skipped', () => {
    const text = `${object('Secret', 'a')}---\n# nothing\n---\n${object('ConfigMap', 'b')}`;
    const objects = parseManifest(text, 'k8s/all.yaml');
    expect(objects.map(({ object: { kind }, position }) => [kind, position.line])).toEqual([
      ['Secret', 1],
      ['ConfigMap', 8],
    ]);
    expect(objects[1]?.positionOf(['metadata', 'name'])).toEqual({
      file: 'k8s/all.yaml',
      line: 11,
      column: 9,
    });
  });

  test('may be a List, and JSON', () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }],
    };
    expect(
      parseManifest(JSON.stringify(list), 'a.json').map(
        ({ object: { metadata } }) => metadata.name,
      ),
    ).toEqual(['a']);
  });

  test.each([
    ['a: [1, 2', 'k8s/a.yaml:1:9: not valid YAML'],
    ['kind: Secret', 'k8s/a.yaml:1:1: not a Kubernetes object: apiVersion is missing'],
    ['apiVersion: v1', 'k8s/a.yaml:1:1: not a Kubernetes object: kind is missing'],
    ['apiVersion: v1\nkind: Secret\nmetadata: {}', 'k8s/a.yaml:3:1: Secret without metadata.name'],
    ['- 1', 'k8s/a.yaml:1:1: not a Kubernetes object'],
    ['just text', 'k8s/a.yaml:1:1: not a Kubernetes object'],
  ])('that is none is refused with its place: %j', (text, message) => {
    expect(() => parseManifest(text, 'k8s/a.yaml')).toThrow(message);
  });
});

describe('manifests from paths', () => {
  test('of a folder are its files in the order of their names', async () => {
    const directory = await folder({
      'b.yml': object('ConfigMap', 'b'),
      'a.yaml': object('ConfigMap', 'a'),
      'notes.txt': 'not a manifest',
      'sub/c.yaml': object('ConfigMap', 'c'),
    });
    const objects = await read([directory]);
    expect(objects.map(({ object: { metadata } }) => metadata.name)).toEqual(['a', 'b']);
  });

  test('of a pattern are those of all files that match it, each once', async () => {
    const directory = await folder({
      'b/b.yaml': object('ConfigMap', 'b'),
      'a.yaml': object('ConfigMap', 'a'),
      'b/notes.txt': 'not a manifest',
    });
    const names = async (...paths: readonly string[]): Promise<readonly string[]> =>
      (await read(paths)).map(({ object: { metadata } }) => metadata.name);
    expect(await names(join(directory, '**/*.yaml'))).toEqual(['a', 'b']);
    expect(await names(join(directory, '*.yaml'), `${directory}/./a.yaml`)).toEqual(['a']);
    await expect(names(join(directory, '*.json'))).rejects.toThrow(
      `no file matches ${directory}/*.json`,
    );
  });

  test('of a file whose name looks like a pattern are its own', async () => {
    const directory = await folder({ 'a[1].yaml': object('ConfigMap', 'a') });
    const objects = await read([join(directory, 'a[1].yaml')]);
    expect(objects).toHaveLength(1);
  });

  test('of a folder with a kustomization are what kustomize renders', async () => {
    const directory = await folder({
      'kustomization.yaml': '',
      'a.yaml': object('ConfigMap', 'a'),
    });
    const asked: string[] = [];
    const objects = await read([directory], async (path) => {
      asked.push(path);
      return object('ConfigMap', 'rendered');
    });
    expect(asked).toEqual([directory]);
    expect(objects.map(({ object: { metadata } }) => metadata.name)).toEqual(['rendered']);
    expect(objects[0]?.position).toEqual({ file: directory });
  });

  test('of a file that is named are its own, whatever its name', async () => {
    const directory = await folder({ 'rendered.txt': object('ConfigMap', 'a'), plain: '' });
    const [only, ...others] = await read([join(directory, 'rendered.txt')]);
    expect(others).toEqual([]);
    expect(only?.position).toEqual({ file: join(directory, 'rendered.txt'), line: 1, column: 1 });
  });

  test('of "-" are those that a step before has rendered, beside others', async () => {
    const directory = await folder({
      'manifests.yaml': `# by helm\n${object('ConfigMap', 'rendered')}`,
      'own.yaml': object('ConfigMap', 'own'),
    });
    const file = join(directory, 'manifests.yaml');
    const objects = await readManifests(['-', join(directory, 'own.yaml')], noKustomize, file);
    expect(objects.map((one) => one.object.metadata.name)).toEqual(['rendered', 'own']);
    expect(objects[0]?.position).toEqual({ file, line: 2, column: 1 });
    expect(await readManifests(['-', file], noKustomize, file)).toHaveLength(1);
  });

  test('of "-" that nobody has rendered are refused, with what to do', async () => {
    await expect(read(['-'])).rejects.toThrow(
      /"-" is the file \/nowhere\/manifests\.yaml, and there is none\. .* > "\$RUNNER_TEMP\/manifests\.yaml"/,
    );
    const directory = await folder({ 'manifests.yaml': '' });
    const file = join(directory, 'manifests.yaml');
    await expect(readManifests(['-'], noKustomize, file)).rejects.toThrow(
      `no Kubernetes objects in ${file}, which is what "-" stands for. See what the step`,
    );
  });

  test('that name an object twice are refused with both places', async () => {
    const directory = await folder({
      'a.yaml': object('ConfigMap', 'a'),
      'b.yaml': object('ConfigMap', 'a'),
    });
    await expect(read([directory])).rejects.toThrow(
      /b\.yaml:1:1: ConfigMap a is given twice, first at .*a\.yaml:1:1/,
    );
  });

  test('that do not exist, or are empty, are refused', async () => {
    await expect(read(['/nowhere'])).rejects.toThrow('/nowhere cannot be read');
    const directory = await folder({ 'a.yaml': '# nothing\n' });
    await expect(read([directory])).rejects.toThrow('no Kubernetes objects');
  });
});
