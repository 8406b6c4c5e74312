import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { diffLines } from './diff.ts';

function object(more: object, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', ...metadata },
    ...more,
  };
}

const secret = (data: object, annotations = {}): KubeObject =>
  object({ kind: 'Secret', data }, { annotations });

describe('the diff of an object', () => {
  test('shows what changes in its surroundings', () => {
    const live = object({ data: { a: '1', b: '2', 'long.conf': 'x\ny\n' } });
    const result = object({ data: { a: '1', b: '3', 'long.conf': 'x\nz\n' } });
    expect(diffLines(live, result)).toEqual([
      '--- configmap/settings (live)',
      '+++ configmap/settings (new)',
      '@@ -1,10 +1,10 @@',
      ' apiVersion: v1',
      ' data:',
      '   a: "1"',
      '-  b: "2"',
      '+  b: "3"',
      '   long.conf: |',
      '     x',
      '-    y',
      '+    z',
      ' kind: ConfigMap',
      ' metadata:',
      '   name: settings',
    ]);
  });

  test("has nothing of the server's bookkeeping, nor of the order of fields", () => {
    const live = object(
      { data: { a: '1', b: '2' }, status: { ready: false } },
      { resourceVersion: '1', generation: 1, uid: 'u', managedFields: [{ manager: 'x' }] },
    );
    const result = object(
      { status: { ready: true }, data: { b: '2', a: '1' } },
      { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
    );
    expect(diffLines(live, result)).toEqual([]);
  });

  test('is all additions for a new object, and all removals for one that goes', () => {
    const lines = (list: readonly string[]): readonly string[] => list.slice(3);
    expect(diffLines(undefined, object({}))[0]).toBe('--- /dev/null');
    expect(lines(diffLines(undefined, object({}))).every((line) => line.startsWith('+'))).toBe(
      true,
    );
    expect(diffLines(object({}), undefined)[1]).toBe('+++ /dev/null');
    expect(lines(diffLines(object({}), undefined)).every((line) => line.startsWith('-'))).toBe(
      true,
    );
  });
});

describe('the diff of a Secret', () => {
  test('says that a value changes, and shows none', () => {
    const lastApplied = { 'kubectl.kubernetes.io/last-applied-configuration': 'b2xk' };
    const live = secret({ password: 'b2xk', user: 'd2Vi', gone: 'Z29uZQ==' }, lastApplied);
    const result = secret({ password: 'bmV3', user: 'd2Vi', more: 'bW9yZQ==' });
    const lines = diffLines(live, result);
    expect(lines.filter((line) => /^[+-] /.test(line))).toEqual([
      '-  gone: (hidden)',
      '-  password: (before)',
      '+  more: (hidden)',
      '+  password: (changed)',
    ]);
    expect(lines.join('\n')).not.toMatch(/b2xk|bmV3|d2Vi|Z29uZQ|bW9yZQ/);
  });

  test('shows none when it is new, nor as text', () => {
    const text = diffLines(undefined, object({ kind: 'Secret', stringData: { a: 'hunter2' } }));
    expect(text.join('\n')).toMatch('a: (hidden)');
    expect(text.join('\n')).not.toMatch('hunter2');
  });
});

describe('a diff that is too much', () => {
  const lines = (count: number, text: string): KubeObject =>
    object({ data: { list: Array.from({ length: count }, (_, n) => `${text}${n}\n`).join('') } });

  test('is cut after some lines, and says so', () => {
    const cut = diffLines(lines(20, 'a'), lines(20, 'b'), { lines: 10, width: 80 });
    expect(cut).toHaveLength(11);
    expect(cut.at(-1)).toMatch(/^… cut: \d+ more lines of this diff$/);
  });

  test('is cut within a line, and says so', () => {
    const [cut] = diffLines(object({}), object({ data: { a: 'x'.repeat(100) } }), {
      lines: 100,
      width: 20,
    }).filter((line) => line.includes('xxx'));
    expect(cut).toBe(`+  a: ${'x'.repeat(14)}… (86 more characters)`);
  });

  test('is not worked out at all when nearly everything has changed', () => {
    expect(diffLines(lines(3_000, 'a'), lines(3_000, 'b')).at(-1)).toBe(
      '… cut: too much has changed to compare (3006 lines before, 3006 after)',
    );
  });
});
