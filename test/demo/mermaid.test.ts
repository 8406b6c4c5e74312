import { describe, expect, test } from '@jest/globals';
import { renderXyChart } from '@paal/core/report/xychart';
import * as fc from 'fast-check';
import { diagramsOf, loadMermaid } from './mermaid.ts';

const mermaid = await loadMermaid();

describe('a chart over time', () => {
  test('is one that Mermaid can read, whatever was measured', async () => {
    const at = fc.oneof(fc.integer({ min: -600_000, max: 600_000 }), fc.double());
    const value = fc.oneof(fc.double(), fc.constantFrom(0, 0.05, 1e-9, 1e21, -1e300, Number.NaN));
    const colour = fc.constant('#0969da');
    const points = fc.array(fc.record({ at, value }), { maxLength: 200 });
    const levels = fc.array(fc.record({ value, colour }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.record({ points, levels, colour }), async (chart) => {
        const drawn = renderXyChart(chart);
        if (drawn === undefined) return;
        const [diagram = ''] = diagramsOf(drawn);
        expect(await mermaid.parse(diagram)).toMatchObject({ diagramType: 'xychart' });
      }),
    );
  });

  test('with an exponent is one that Mermaid cannot read, so this would be seen', async () => {
    await expect(mermaid.parse('xychart-beta\n  line [1e-7, 1]')).rejects.toThrow('Parse error');
  });
});
