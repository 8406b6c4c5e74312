import { gunzipSync, gzipSync } from 'node:zlib';
import { type KubeObject, type ObjectMeta, objectName } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import { type Completion, completed } from './completion.ts';
import type { Measured } from './measured.ts';
import { fateOf, headMetadata, partConfigMap, type ReleaseHead } from './metadata.ts';
import { type Release, type ReleaseContent, type ReleaseStatus, releaseName } from './release.ts';

/** One of the two things that a release holds. */
interface Document {
  /** The key in the ConfigMap that holds it, or a part of it. */
  readonly key: string;
  /** What says on the head in how many parts it is, when it is not in the head. */
  readonly partsAnnotation: string;
  /** What comes before the number of a part, in its name. */
  readonly prefix: string;
  /** Bytes, compressed, that one ConfigMap takes. A head takes 1 MiB of both. */
  readonly most: number;
}

const CONTENT: Document = {
  key: 'release.json.gz',
  partsAnnotation: 'paal.dev/parts',
  prefix: '',
  most: 512 * 1024,
};

const COMPLETION: Document = {
  key: 'rolled-out.json.gz',
  partsAnnotation: 'paal.dev/rolled-out-parts',
  prefix: 'rolled-out-',
  most: 384 * 1024,
};

/** Nobody writes so many; who has spoilt the annotation must not have us make up names for ever. */
const MOST_PARTS = 1_000;

/** Cuts bytes into pieces of `most` at the most. Pure. */
export function pieces(bytes: Uint8Array, most: number): readonly Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / most));
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * most, (index + 1) * most),
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** What is written of a document: into the head, or its parts first, of which the head then tells. */
interface Written {
  readonly annotations: Readonly<Record<string, string>>;
  readonly binaryData: Readonly<Record<string, string>>;
  readonly parts: readonly KubeObject[];
}

function written(
  release: Pick<Release, 'app' | 'number'>,
  { key, partsAnnotation, prefix, most }: Document,
  value: unknown,
): Written {
  const [first = Buffer.alloc(0), ...others] = pieces(gzipSync(JSON.stringify(value)), most);
  if (others.length === 0) {
    return { annotations: {}, binaryData: { [key]: base64(first) }, parts: [] };
  }
  const head = releaseName(release.app, release.number);
  const parts = [first, ...others].map((bytes, index) =>
    partConfigMap(release, `${head}.${prefix}${index + 1}`, { [key]: base64(bytes) }),
  );
  return { annotations: { [partsAnnotation]: String(parts.length) }, binaryData: {}, parts };
}

/** A Secret's name and kind, without what it holds. */
function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const { data: _, stringData: __, ...rest } = object;
  return rest as KubeObject;
}

/** A release as ConfigMaps. */
export interface StoredRelease {
  /** To be written after the parts: without it they are no release. */
  readonly head: KubeObject;
  readonly parts: readonly KubeObject[];
}

/**
 * The ConfigMaps of a release that begins. What was found before the first one is never completed, and
 * sealed at once.
 * @throws UserError when it would be larger than the API server takes
 */
export function storedRelease(release: ReleaseHead, content: ReleaseContent): StoredRelease {
  const stored: ReleaseContent = { ...content, objects: content.objects.map(withoutSecrets) };
  const { annotations, binaryData, parts } = written(release, CONTENT, stored);
  const metadata = headMetadata(release, content.workloads);
  const head: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
    binaryData,
    ...(release.status === 'adopted' ? { immutable: true } : {}),
  };
  return { head, parts };
}

/** What says in a ConfigMap what became of a release, and seals it: nothing more is added. */
export function sealing(
  release: Release,
  status: ReleaseStatus,
  takenBack: readonly string[],
  measured?: Measured,
): object {
  return { metadata: fateOf(release, status, takenBack, measured), immutable: true };
}

/** What completes a release and seals it: a change of its head, and the parts to write before that. */
export function storedCompletion(
  release: Release,
  status: ReleaseStatus,
  completion: Completion,
): { readonly change: object; readonly parts: readonly KubeObject[] } {
  const { annotations, binaryData, parts } = written(release, COMPLETION, completion);
  const fate = fateOf(release, status, release.takenBack);
  const metadata = { ...fate, annotations: { ...fate.annotations, ...annotations } };
  return { change: { metadata, binaryData, immutable: true }, parts };
}

/** The names of the parts of which a head tells, of one of the documents. */
function partsOf({ name, annotations = {} }: ObjectMeta, { partsAnnotation, prefix }: Document) {
  const count = Math.min(Number(annotations[partsAnnotation] ?? 0), MOST_PARTS);
  return Array.from({ length: count }, (_, index) => `${name}.${prefix}${index + 1}`);
}

/** The names of the ConfigMaps without which a head cannot be read. */
export function partNames(metadata: ObjectMeta): readonly string[] {
  return [CONTENT, COMPLETION].flatMap((document) => partsOf(metadata, document));
}

/** The document that is in the head, or in parts; `undefined` when there is none. */
function read(
  head: KubeObject,
  parts: ReadonlyMap<string, KubeObject>,
  document: Document,
): unknown {
  const names = partsOf(head.metadata, document);
  const holders = names.length > 0 ? names.map((name) => parts.get(name)) : [head];
  const texts = holders.map(
    (one) => (one?.binaryData as Readonly<Record<string, string>> | undefined)?.[document.key],
  );
  if (names.length === 0 && texts[0] === undefined) return undefined;
  const bytes = texts.map((text, index) => {
    if (text !== undefined) return Buffer.from(text, 'base64');
    throw new Error(`${objectName('ConfigMap', names[index] ?? '')} is missing`);
  });
  return JSON.parse(gunzipSync(Buffer.concat(bytes)).toString('utf8'));
}

/**
 * The content of a release, with what completed it.
 * @param parts the ConfigMaps that {@link partNames} names, as far as they are there, by name
 * @throws UserError when it is not readable
 */
export function contentOf(
  head: KubeObject,
  parts: ReadonlyMap<string, KubeObject> = new Map(),
): ReleaseContent {
  try {
    const content = read(head, parts, CONTENT) as Partial<ReleaseContent> | undefined;
    if (!Array.isArray(content?.workloads) || !Array.isArray(content.objects)) {
      throw new Error('neither workloads nor objects');
    }
    const completion = read(head, parts, COMPLETION) as Completion | undefined;
    return completed(content as ReleaseContent, completion);
  } catch (error) {
    throw new UserError(
      `The ledger's entry configmap/${head.metadata.name} cannot be read: somebody changed it, or another version of PAAL wrote it.`,
      { cause: error },
    );
  }
}
