import { existsSync } from 'node:fs';
import { glob, readdir, readFile, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { parseYaml, type YamlDocument } from '../config/yaml.ts';
import { errorMessage, formatPosition, type SourcePosition, UserError } from '../errors.ts';
import type { KubeObject } from './object.ts';

/** An object of the user's manifests, and where it stands. */
export interface ManifestObject {
  readonly object: KubeObject;
  readonly position: SourcePosition;
  /** Place of the node at `path`, for annotations on the line that matters. */
  readonly positionOf: (path: readonly PropertyKey[]) => SourcePosition;
}

/** Renders a folder with a kustomization, as `kubectl kustomize` does. */
export type Kustomize = (directory: string) => Promise<string>;

/** What a step that renders manifests hands on to the next: no step has a standard input. */
export const RENDERED = '-';

const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectsOf(document: YamlDocument): readonly ManifestObject[] {
  const { value } = document;
  const position = document.position([]);
  const refuse = (what: string, place = position): never => {
    throw new UserError(`${formatPosition(place)}: ${what}`, { position: place });
  };
  if (value === undefined || value === null) return [];
  if (!isRecord(value)) return refuse('not a Kubernetes object: a mapping is needed.');
  if (typeof value.apiVersion !== 'string')
    return refuse('not a Kubernetes object: apiVersion is missing.');
  if (typeof value.kind !== 'string') return refuse('not a Kubernetes object: kind is missing.');
  const { items } = value;
  if (value.kind === 'List' && Array.isArray(items)) {
    return items.flatMap((item: unknown, index) =>
      objectsOf({
        value: item,
        position: (path) => document.position(['items', index, ...path]),
        keyPosition: (path, key) => document.keyPosition(['items', index, ...path], key),
      }),
    );
  }
  const { metadata } = value;
  if (!isRecord(metadata) || typeof metadata.name !== 'string' || metadata.name === '') {
    return refuse(`${value.kind} without metadata.name.`, document.position(['metadata']));
  }
  return [{ object: value as unknown as KubeObject, position, positionOf: document.position }];
}

/**
 * The objects of one file's text (YAML or JSON, several documents, `kind: List`).
 * @throws UserError with file, line and column
 */
export function parseManifest(text: string, file: string): readonly ManifestObject[] {
  return parseYaml(text, file, 'kubernetes').flatMap(objectsOf);
}

async function readPath(path: string, kustomize: Kustomize): Promise<readonly ManifestObject[]> {
  const info = await stat(path).catch((error: unknown) => {
    throw new UserError(`The input "manifests": ${path} cannot be read: ${errorMessage(error)}`, {
      cause: error,
    });
  });
  if (!info.isDirectory()) return parseManifest(await readFile(path, 'utf8'), path);
  const names = (await readdir(path)).sort();
  if (names.some((name) => KUSTOMIZATIONS.includes(name))) {
    // Lines of the rendered text are in no file that the user has.
    const position = { file: path };
    return parseManifest(await kustomize(path), path).map(({ object }) => ({
      object,
      position,
      positionOf: () => position,
    }));
  }
  const files = names.filter((name) => /\.(ya?ml|json)$/.test(name));
  const objects: ManifestObject[] = [];
  for (const file of files) {
    objects.push(...parseManifest(await readFile(join(path, file), 'utf8'), join(path, file)));
  }
  return objects;
}

/** What a path stands for: itself, or all that matches it as a pattern, in the order of names. */
async function expand(path: string): Promise<readonly string[]> {
  if (!/[*?[{]/.test(path) || existsSync(path)) return [path];
  const found: string[] = [];
  for await (const match of glob(path)) found.push(match);
  if (found.length > 0) return found.sort();
  throw new UserError(`The input "manifests": no file matches ${path}.`);
}

/** The file that `-` stands for, where a step before has written it. */
function renderedFile(file: string): string {
  if (existsSync(file)) return file;
  throw new UserError(
    `The input "manifests": "${RENDERED}" is the file ${file}, and there is none. ` +
      'Have a step before this one, in the same job, render into it: ' +
      'helm template web ./chart > "$RUNNER_TEMP/manifests.yaml"',
  );
}

function withoutObjects(paths: readonly string[], rendered: string): UserError {
  const isRendered = paths.every((path) => path === RENDERED);
  const where = isRendered
    ? `${rendered}, which is what "${RENDERED}" stands for`
    : paths.join(', ');
  const hint = isRendered ? ' See what the step that renders into it has said.' : '';
  return new UserError(`The input "manifests": no Kubernetes objects in ${where}.${hint}`);
}

/**
 * The objects of `paths`: files, folders (their .yaml, .yml and .json files, not those below), folders
 * with a kustomization, patterns of them (`k8s/*.yaml`, `k8s/**\/*.yaml`), and `-` for the file
 * `rendered`. A file that is named may have any name.
 * @throws UserError for what cannot be read, is no manifest, or is given twice
 */
export async function readManifests(
  paths: readonly string[],
  kustomize: Kustomize,
  rendered: string,
): Promise<readonly ManifestObject[]> {
  const objects: ManifestObject[] = [];
  const named = paths.map((path) => (path === RENDERED ? renderedFile(rendered) : path));
  const expanded = (await Promise.all(named.map(expand))).flat();
  for (const path of new Set(expanded.map(normalize))) {
    objects.push(...(await readPath(path, kustomize)));
  }
  if (objects.length === 0) throw withoutObjects(paths, rendered);
  const seen = new Map<string, ManifestObject>();
  for (const one of objects) {
    const { apiVersion, kind, metadata } = one.object;
    const key = [apiVersion.replace(/\/.*/, ''), kind, metadata.namespace, metadata.name].join(' ');
    const first = seen.get(key);
    if (first) {
      throw new UserError(
        `${formatPosition(one.position)}: ${kind} ${metadata.name} is given twice, first at ${formatPosition(first.position)}.`,
        { position: one.position },
      );
    }
    seen.set(key, one);
  }
  return objects;
}
