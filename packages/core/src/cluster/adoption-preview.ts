import type { Adoption } from './adoption.ts';
import { type PatchOperation, pointerSegment } from './json-patch.ts';
import { difference, type FieldSet, fieldsOf, isEmpty, isMember, union } from './managed-fields.ts';
import type { KubeObject, ManagedFields } from './object.ts';

type Values = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a list's item is the one that a path element names. */
function isNamed(item: unknown, index: number, element: string): boolean {
  const text = element.slice(2);
  if (element.startsWith('i:')) return index === Number(text);
  const wanted: unknown = JSON.parse(text);
  if (element.startsWith('v:')) return JSON.stringify(item) === JSON.stringify(wanted);
  return (
    isRecord(item) &&
    isRecord(wanted) &&
    Object.entries(wanted).every(([key, value]) => item[key] === value)
  );
}

/**
 * `value` without the fields of `gone`, save what is above a field of `owned`: as the server prunes what
 * its last applier has let go (structured-merge-diff, merge/update.go, prune).
 */
export function withoutFields(value: unknown, gone: FieldSet, owned: FieldSet): unknown {
  const keep = (child: unknown, element: string | undefined): readonly unknown[] => {
    const lost = element === undefined ? undefined : gone[element];
    if (element === undefined || !lost) return [child];
    const below = owned[element];
    return isMember(lost) && !below ? [] : [withoutFields(child, lost, below ?? {})];
  };
  if (Array.isArray(value)) {
    const elements = Object.keys(gone).filter((element) => /^[kvi]:/.test(element));
    return value.flatMap((item: unknown, index) =>
      keep(
        item,
        elements.find((element) => isNamed(item, index, element)),
      ),
    );
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, child]) =>
      keep(child, `f:${field}`).map((kept) => [field, kept]),
    ),
  );
}

function isSameEntry(a: ManagedFields, b: ManagedFields): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    a.apiVersion === b.apiVersion
  );
}

/**
 * The JSON patch that, as a dry run, gives what the server would make of an apply after an adoption;
 * `undefined` when `applied`, the dry run of the apply alone, is that already. What an adoption gets hold
 * of and the apply does not set goes away, and the server puts its defaults in place of it.
 */
export function previewOf(
  { ours, taken }: Adoption,
  applied: KubeObject,
): readonly PatchOperation[] | undefined {
  const owned = (applied.metadata.managedFields ?? [])
    .map((entry) => {
      const from = taken.find((one) => isSameEntry(one.entry, entry));
      return from ? difference(fieldsOf(entry), from.fields) : fieldsOf(entry);
    })
    .reduce(union, {});
  const gone = difference(ours, owned);
  if (isEmpty(gone)) return undefined;
  const after = withoutFields(applied, gone, owned) as KubeObject;
  const replaced = (path: string, before: unknown, now: unknown): PatchOperation[] => {
    if (now !== undefined) return [{ op: 'add', path, value: now }];
    return before === undefined ? [] : [{ op: 'remove', path }];
  };
  return [
    ...Object.keys(applied)
      .filter((field) => !['apiVersion', 'kind', 'metadata', 'status'].includes(field))
      .flatMap((field) => replaced(`/${pointerSegment(field)}`, applied[field], after[field])),
    ...(['labels', 'annotations'] as const).flatMap((field) =>
      replaced(`/metadata/${field}`, applied.metadata[field], after.metadata[field]),
    ),
  ];
}
