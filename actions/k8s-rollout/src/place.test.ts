import { describe, expect, test } from '@jest/globals';
import { type SourcePosition, UserError } from '@paal/core/errors';
import { isInWorkspace, placed } from './place.ts';

const WORKSPACE = '/home/runner/work/shop/shop';
const RENDERED = { file: '/home/runner/work/_temp/manifests.yaml', line: 7, column: 3 };

describe('a file is in the workspace', () => {
  test.each([
    ['k8s/web.yaml', true],
    ['./k8s/../web.yaml', true],
    ['..data/web.yaml', true],
    [`${WORKSPACE}/k8s/web.yaml`, true],
    ['../web.yaml', false],
    [RENDERED.file, false],
    [`${WORKSPACE}-2/web.yaml`, false],
  ])('or is not: %s', (file, expected) => {
    expect(isInWorkspace(file, WORKSPACE)).toBe(expected);
  });
});

describe('the error of a step', () => {
  const failed = (message: string, position: SourcePosition): UserError =>
    placed(new UserError(message, { position }), WORKSPACE);

  test('has the place that GitHub can show', () => {
    const position = { file: 'k8s/web.yaml', line: 7 };
    expect(failed('It failed.', position)).toMatchObject({ message: 'It failed.', position });
  });

  test('names any other place, once, and has none', () => {
    const error = failed('It failed.', RENDERED);
    expect(error.message).toBe(`It failed. See ${RENDERED.file}:7:3.`);
    expect(error.position).toBeUndefined();
    const again = failed(`${RENDERED.file}:7:3: not valid YAML`, RENDERED);
    expect(again.message).toBe(`${RENDERED.file}:7:3: not valid YAML`);
  });
});
