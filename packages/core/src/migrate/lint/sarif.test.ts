import { expect, test } from '@jest/globals';
import { findingsIn, upOf } from './lint.test-data.ts';
import { sarifOf } from './sarif.ts';

test('the findings as SARIF have rule, level, place and message', () => {
  const findings = findingsIn(
    upOf("await db.collection('old').drop();\nawait users.createIndex({ a: 1 });"),
  );
  const sarif = JSON.parse(sarifOf(findings));
  expect(sarif).toMatchObject({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'paal/migrate' } } }],
  });
  const [run] = sarif.runs;
  expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
    'drop-collection',
    'index-build',
  ]);
  expect(run.results).toMatchObject([
    {
      ruleId: 'drop-collection',
      level: 'error',
      message: { text: findings[0]?.message },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'migrations/20260101000000-test.js' },
            region: { startLine: 3, startColumn: 28 },
          },
        },
      ],
    },
    { ruleId: 'index-build', level: 'note' },
  ]);
});

test('no findings are a run without results', () => {
  expect(JSON.parse(sarifOf([])).runs[0].results).toEqual([]);
});
