import { describe, expect, test } from '@jest/globals';
import { parseYaml } from './yaml.ts';

const kubernetes = (text: string) => parseYaml(text, 'a.yaml', 'kubernetes').map((d) => d.value);

describe('YAML as the API machinery reads it', () => {
  test('a file mode with a leading zero is octal', () => {
    expect(kubernetes('defaultMode: 0644')).toEqual([{ defaultMode: 0o644 }]);
  });

  test('yes, no, on and off are booleans', () => {
    expect(kubernetes('[yes, no, on, off]')).toEqual([[true, false, true, false]]);
  });

  test('what looks like a time or a date stays text', () => {
    expect(kubernetes('[22:22, 1:30:00, 2026-01-01, 2026-01-01T00:00:00Z]')).toEqual([
      ['22:22', '1:30:00', '2026-01-01', '2026-01-01T00:00:00Z'],
    ]);
  });

  test('merge keys are merged', () => {
    expect(kubernetes('a: &a {x: 1}\nb: {<<: *a, z: 2}')).toEqual([
      { a: { x: 1 }, b: { x: 1, z: 2 } },
    ]);
  });

  test('several documents are read, empty ones included', () => {
    expect(kubernetes('a: 1\n---\n# nothing\n---\nb: 2\n')).toEqual([
      { a: 1 },
      undefined,
      { b: 2 },
    ]);
  });

  test('the place of a value in the second document is its place in the file', () => {
    const [, second] = parseYaml('a: 1\n---\nspec:\n  image: x\n', 'a.yaml', 'kubernetes');
    expect(second?.position(['spec', 'image'])).toEqual({ file: 'a.yaml', line: 4, column: 10 });
    expect(second?.keyPosition(['spec'], 'image')).toEqual({ file: 'a.yaml', line: 4, column: 3 });
  });

  test('a map or a list has the place of its name, and so has what an entry of a list begins with', () => {
    const [first] = parseYaml('spec:\n  ports:\n    - name: web\n', 'a.yaml', 'kubernetes');
    expect(first?.position(['spec', 'ports'])).toEqual({ file: 'a.yaml', line: 2, column: 3 });
    expect(first?.position(['spec', 'ports', 0])).toEqual({ file: 'a.yaml', line: 3, column: 7 });
  });

  test('a value that is not written down has the place of what holds it', () => {
    const [first] = parseYaml('spec:\n  image: x\n', 'a.yaml', 'kubernetes');
    expect(first?.position(['spec', 'ports', 0])).toEqual({ file: 'a.yaml', line: 1, column: 1 });
  });
});
