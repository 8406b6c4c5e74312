import { describe, expect, test } from '@jest/globals';
import { withoutFields } from './adoption-preview.ts';
import type { FieldSet } from './managed-fields.ts';

const pod = {
  containers: [
    {
      name: 'web',
      image: 'a',
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
    { name: 'log', image: 'b' },
  ],
  finalizers: ['x', 'y'],
  hostname: 'h',
};
const item = (name: string, below: FieldSet = {}): FieldSet => ({
  [`k:{"name":"${name}"}`]: below,
});

describe('an object without fields that nobody sets any more', () => {
  test('loses fields, list items by key and by value', () => {
    const gone: FieldSet = {
      'f:containers': {
        ...item('web', { 'f:env': item('B', { '.': {}, 'f:name': {}, 'f:value': {} }) }),
        ...item('log', { '.': {}, 'f:image': {}, 'f:name': {} }),
      },
      'f:finalizers': { 'v:"x"': {} },
      'f:hostname': {},
    };
    expect(withoutFields(pod, gone, {})).toEqual({
      containers: [{ name: 'web', image: 'a', env: [{ name: 'A', value: '1' }] }],
      finalizers: ['y'],
    });
  });

  test('keeps what holds a field that somebody else has', () => {
    const gone: FieldSet = {
      'f:containers': item('log', { '.': {}, 'f:image': {}, 'f:name': {} }),
    };
    const owned: FieldSet = { 'f:containers': item('log', { 'f:name': {} }) };
    expect(withoutFields(pod, gone, owned)).toMatchObject({
      containers: [{ name: 'web' }, { name: 'log' }],
    });
  });
});
