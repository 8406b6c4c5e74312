import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  DROP,
  GOOD,
  type LintWorkspace,
  lintWorkspace,
  NEW,
  OLD,
  UNSET,
} from './migrate-lint-fixture.ts';

let here: LintWorkspace;

beforeEach(async () => {
  here = await lintWorkspace();
});

describe('paal/migrate with command lint', () => {
  test('needs neither uri nor database, and says that there is nothing', async () => {
    await here.put({ [OLD]: GOOD });
    const step = await here.lint();
    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({
      status: 'linted',
      'lint-errors': '0',
      'lint-warnings': '0',
    });
    expect(step.summary).toContain('## ✅ Migrations: No findings in 1 migration');
    expect(step.log).not.toMatch(/::(?:error|warning|notice)/);
  });

  test('annotates what it finds at its place, tells it in the summary, and fails', async () => {
    await here.put({ [OLD]: GOOD, [NEW]: DROP });
    const step = await here.lint();
    expect(step.exitCode).toBe(1);
    expect(step.log).toContain(
      `::error title=drop-collection,file=${NEW},line=2,col=30::Drops "old", with all of its documents`,
    );
    expect(step.errors.at(-1)).toContain(
      `1 error in 2 migrations; the first error is drop-collection at ${NEW}:2:30. Mend what is found`,
    );
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'lint-errors': '1',
      'lint-warnings': '0',
    });
    expect(step.summary).toContain('## ❌ Migrations: 1 error in 2 migrations');
    expect(step.summary).toContain(
      `| ❌ | <code>drop-collection</code> | <code>${NEW}:2:30</code> |`,
    );
    const sarif = JSON.parse(await readFile(step.outputs.sarif ?? '', 'utf8'));
    expect(sarif.runs[0].results).toMatchObject([{ ruleId: 'drop-collection', level: 'error' }]);
    const report = JSON.parse(await readFile(step.outputs.report ?? '', 'utf8'));
    expect(report.findings).toMatchObject([{ rule: 'drop-collection', severity: 'error' }]);
  });

  test('a warning does not fail the step, unless paal.yaml makes an error of it', async () => {
    await here.put({ [NEW]: UNSET });
    const step = await here.lint();
    expect([step.exitCode, step.outputs['lint-warnings']]).toEqual([0, '1']);
    expect(step.log).toContain(`::warning title=remove-field,file=${NEW},line=1,`);
    await here.put({ 'paal.yaml': 'migrations: { lint: { remove-field: error } }\n' });
    expect((await here.lint()).exitCode).toBe(1);
    await here.put({ 'paal.yaml': 'migrations: { lint: { remove-field: off } }\n' });
    expect((await here.lint()).outputs['lint-warnings']).toBe('0');
  });

  test('more than GitHub shows of a level are in the summary only, and that is said', async () => {
    const drops = Array.from(
      { length: 14 },
      (_, index) => `await db.collection('c${index}').drop();`,
    );
    const source = DROP.replace("await db.collection('old').drop();", drops.join('\n'));
    await here.put({ [NEW]: source });
    const step = await here.lint();
    expect(step.errors).toHaveLength(10);
    expect(step.log).toContain('5 more findings than GitHub shows annotations for');
    expect(step.summary.match(/<code>drop-collection<\/code>/g)).toHaveLength(14);
    expect(step.summary).toContain('5 more of these findings have none');
  });

  test('lint-after leaves out what is as old', async () => {
    await here.put({ [OLD]: DROP, [NEW]: GOOD });
    await here.put({ 'paal.yaml': 'migrations: { lint-after: 20250101000000-old }\n' });
    const step = await here.lint();
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('1 migration; 1 migration not looked at');
  });

  test.each([
    [
      'a rule that there is not',
      '{ drop-colection: off }',
      'unknown key "drop-colection" (migrations.lint). Did you mean "drop-collection"?',
    ],
    [
      'a severity that there is not',
      '{ drop-collection: fatal }',
      'paal.yaml:1:40: migrations.lint.drop-collection',
    ],
  ])('%s is refused', async (_, rules, says) => {
    await here.put({ [NEW]: GOOD, 'paal.yaml': `migrations: { lint: ${rules} }\n` });
    const step = await here.lint();
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining(says)]);
  });

  test('a file that does not parse is an error at its place', async () => {
    await here.put({
      'migrations/20260101000000-a.ts': 'export const up = (): void => {};\nenum A { x }\n',
    });
    const step = await here.lint();
    expect(step.exitCode).toBe(1);
    expect(step.log).toContain(
      '::error title=syntax-error,file=migrations/20260101000000-a.ts,line=2,',
    );
    expect(step.log).not.toContain('ExperimentalWarning');
  });
});
