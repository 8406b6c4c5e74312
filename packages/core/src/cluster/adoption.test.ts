import { describe, expect, test } from '@jest/globals';
import { adoption, settles } from './adoption.ts';
import type { PatchOperation } from './json-patch.ts';
import { type FieldSet, pathsOf } from './managed-fields.ts';
import type { KubeObject, ManagedFields } from './object.ts';

const object = (spec: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec,
});
const live = (...managedFields: readonly ManagedFields[]): KubeObject => ({
  ...object({ replicas: 2 }),
  metadata: { name: 'web', managedFields },
});
const entry = (manager: string, fieldsV1: FieldSet, more: object = {}): ManagedFields => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const apply = { operation: 'Apply' } as const;
const scale = { subresource: 'scale' } as const;

const annotated: FieldSet = {
  'f:metadata': {
    'f:annotations': { '.': {}, 'f:kubectl.kubernetes.io/last-applied-configuration': {} },
  },
};
const replicas: FieldSet = { 'f:spec': { 'f:replicas': {} } };
const image: FieldSet = {
  'f:spec': {
    'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } } },
  },
};
const IMAGE = '.spec.template.spec.containers[name="web"].image';

/** The managed fields after a patch, by `manager operation`, with the subresource. */
function after(before: KubeObject, operations: readonly PatchOperation[] = []) {
  const entries = [...(before.metadata.managedFields ?? [])];
  for (const operation of operations) {
    const place = operation.path.split('/').at(-1) ?? '';
    if (operation.op === 'add') entries.push(operation.value as ManagedFields);
    if (operation.op === 'replace') entries[Number(place)] = operation.value as ManagedFields;
    if (operation.op === 'remove') entries.splice(Number(place), 1);
  }
  return Object.fromEntries(
    entries.map((one) => [
      [one.manager, one.operation, ...(one.subresource ? [one.subresource] : [])].join(' '),
      pathsOf(one.fieldsV1 as FieldSet).filter((path) => !path.endsWith('annotations')),
    ]),
  );
}

/** The managed fields after the adoption for `spec`. */
function adopted(before: KubeObject, spec: object = { replicas: 2 }) {
  return after(before, adoption(before, object(spec), 'paal')?.operations);
}

const LAST_APPLIED = '.metadata.annotations.kubectl.kubernetes.io/last-applied-configuration';

describe('on first contact', () => {
  test('all that kubectl apply has becomes ours', () => {
    expect(
      adopted(live(entry('kubectl-client-side-apply', { ...annotated, ...replicas }))),
    ).toEqual({ 'paal Apply': [LAST_APPLIED, '.spec.replicas'] });
  });

  test('whoever has the last-applied annotation counts as kubectl apply', () => {
    expect(adopted(live(entry('argocd-controller', annotated)))).toEqual({
      'paal Apply': [LAST_APPLIED],
    });
  });

  test('all that kubectl create has becomes ours, together with kubectl apply', () => {
    const before = live(
      entry('kubectl-create', image),
      entry('kubectl-client-side-apply', annotated),
    );
    expect(adopted(before)).toEqual({ 'paal Apply': [IMAGE, LAST_APPLIED] });
  });

  test('of kubectl set only images become ours', () => {
    const env = { 'f:spec': { 'f:template': { 'f:spec': { 'f:hostname': {} } } } };
    const both = {
      'f:spec': {
        'f:template': {
          'f:spec': {
            ...env['f:spec']['f:template']['f:spec'],
            ...image['f:spec']?.['f:template']?.['f:spec'],
          },
        },
      },
    };
    expect(adopted(live(entry('kubectl-set', both)))).toEqual({
      'kubectl-set Update': ['.spec.template.spec.hostname'],
      'paal Apply': [IMAGE],
    });
  });

  test('an image that kubectl rollout undo brought back becomes ours', () => {
    expect(adopted(live(entry('kubectl', image)))).toEqual({ 'paal Apply': [IMAGE] });
  });

  test('replicas of kubectl scale become ours when the manifest sets them', () => {
    const before = live(entry('kubectl', replicas, scale));
    expect(adopted(before)).toEqual({ 'paal Apply': ['.spec.replicas'] });
    expect(adopted(before, {})).toEqual({ 'kubectl Update scale': ['.spec.replicas'] });
  });

  test('what helm, an autoscaler or kubectl edit have set stays theirs', () => {
    const before = live(
      entry('helm', image),
      entry('kube-controller-manager', replicas, scale),
      entry('kubectl-edit', image),
    );
    expect(adoption(before, object({ replicas: 2 }), 'paal')).toBeUndefined();
  });

  test('replicas that the manifest leaves out belong to nobody, so that they stay', () => {
    const before = live(entry('kubectl-client-side-apply', { ...annotated, ...replicas }));
    expect(adopted(before, {})).toEqual({ 'paal Apply': [LAST_APPLIED] });
  });

  test('fields of another version are let go, because they cannot be joined', () => {
    const before = live(
      entry('kubectl-client-side-apply', annotated),
      entry('kubectl-create', replicas, { apiVersion: 'apps/v1beta1' }),
    );
    expect(adopted(before)).toEqual({ 'paal Apply': [LAST_APPLIED] });
  });
});

describe('once we have applied', () => {
  test('our own updates are joined to what we applied', () => {
    const before = live(entry('paal', replicas, apply), entry('paal', image));
    expect(adopted(before)).toEqual({ 'paal Apply': ['.spec.replicas', IMAGE] });
  });

  test('what kubectl sets by hand is a conflict, not ours', () => {
    const before = live(
      entry('paal', image, apply),
      entry('kubectl-client-side-apply', annotated),
      entry('kubectl', replicas, scale),
    );
    expect(adoption(before, object({ replicas: 2 }), 'paal')).toBeUndefined();
  });

  test('replicas that the manifest leaves out are let go', () => {
    const before = live(entry('paal', { 'f:spec': { 'f:paused': {}, 'f:replicas': {} } }, apply));
    expect(adopted(before, {})).toEqual({ 'paal Apply': ['.spec.paused'] });
    expect(adoption(before, object({ replicas: 2 }), 'paal')).toBeUndefined();
  });
});

test('an adoption settles conflicts about the fields that it takes, and no others', () => {
  const before = live(entry('kubectl-set', image), entry('kubectl-edit', replicas));
  const made = adoption(before, object({}), 'paal');
  const settled = (manager: string, field: string): boolean | undefined =>
    made && settles(made, { manager, field });
  expect(settled('kubectl-set', IMAGE.slice(1))).toBe(true);
  expect(settled('kubectl-edit', 'spec.replicas')).toBe(false);
  expect(settled('kubectl-set', 'spec.replicas')).toBe(false);
});
