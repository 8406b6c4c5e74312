import { describe, expect, test } from '@jest/globals';
import type { Container } from '../../workload/types.ts';
import { portOf } from './port.ts';

const plain: Container = { name: 'web' };
const declared: Container = {
  name: 'web',
  ports: [{ containerPort: 8080 }, { name: 'admin', containerPort: 9090 }],
};
const sidecar: Container = { name: 'proxy', ports: [{ name: 'mesh', containerPort: 15_001 }] };
const probed = (port: number | string): Container => ({
  name: 'web',
  readinessProbe: { httpGet: { path: '/', port } },
});

describe('the port at which pods are asked', () => {
  test.each<
    readonly [string, readonly Container[], number | string | undefined, number | undefined]
  >([
    ['the number that is wanted', [plain], 3000, 3000],
    ['a number that is written as text', [plain], '3000', 3000],
    ['the one of a name', [declared, sidecar], 'admin', 9090],
    ['the one of a name in another container', [declared, sidecar], 'mesh', 15_001],
    ['none of an unknown name', [declared], 'http', undefined],
    ['the first of the first container', [declared, sidecar], undefined, 8080],
    ['the one that the readiness probe asks', [probed(8081), sidecar], undefined, 8081],
    [
      'the declared one before the probed one',
      [{ ...declared, ...probed('admin') }],
      undefined,
      8080,
    ],
    ['none where there is none', [plain], undefined, undefined],
    ['none where the probe names one that is not there', [probed('http')], undefined, undefined],
    ['none of a sidecar, unless it is named', [plain, sidecar], undefined, undefined],
    ['none without containers', [], undefined, undefined],
  ])('is %s', (_, containers, wanted, expected) => {
    expect(portOf(containers, wanted)).toBe(expected);
  });
});
