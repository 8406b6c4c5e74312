import { describe, expect, test } from '@jest/globals';
import type { StepRun } from './act.ts';
import { CHAPTERS, proveRun } from './chapters.ts';
import { renderPage } from './page.ts';
import { proofLines, runLines } from './story.ts';

function step(name: string, rest: Partial<StepRun> = {}): StepRun {
  const ended = { job: 'Deploy', name, outcome: 'success', milliseconds: 1_000 } as const;
  return { ...ended, outputs: {}, summary: '', errors: [], ...rest };
}

const [opening] = CHAPTERS;
const good = [
  step('Migrate the database', { outputs: { status: 'applied', 'applied-count': '1' } }),
  step('Roll out', { outputs: { status: 'succeeded', release: '1' } }),
  step('Verify', { outputs: { status: 'succeeded' }, summary: '## Verification succeeded' }),
];

describe('the story', () => {
  test('tells the steps that matter with their time, and the cause of a failure', () => {
    const steps = [
      step('Set up Node.js'),
      step('Migrate the database', { outputs: { status: 'up-to-date' } }),
      step('Roll out', { outcome: 'failure', errors: ['It crashes.'] }),
    ];
    const run = { succeeded: false, milliseconds: 95_000, steps };
    expect(runLines(run, { answered: 415, lost: 0 })).toEqual([
      '  ✓ migrate                  1 s  nothing to apply',
      '  ✗ roll out                 1 s  It crashes.',
      '    in all              1 m 35 s',
      '    415 visitors were served meanwhile, 0 were not',
    ]);
  });

  test('says of a statement that is not true what is the case instead', () => {
    expect(proofLines([{ statement: 'a', instead: undefined }])).toEqual(['  ✓ a']);
    expect(proofLines([{ statement: 'a', instead: '1 instead of 2' }])).toEqual([
      '  ✗ a: 1 instead of 2',
    ]);
  });

  test('of a release that went out as it should is true in every statement', () => {
    const run = { succeeded: true, milliseconds: 1, steps: good };
    const proofs = opening ? proveRun(opening, run) : [];
    expect(proofs).toHaveLength(5);
    expect(proofs.filter(({ instead }) => instead !== undefined)).toEqual([]);
  });

  test.each([
    ['a red pipeline', { succeeded: false, steps: good }],
    ['a step that was not run', { succeeded: true, steps: good.slice(1) }],
    ['another output', { succeeded: true, steps: [...good.slice(0, 2), step('Verify')] }],
  ])('is not true with %s', (_, run) => {
    const proofs = opening ? proveRun(opening, { milliseconds: 1, ...run }) : [];
    expect(proofs.some(({ instead }) => instead !== undefined)).toBe(true);
  });
});

describe('the page of job summaries', () => {
  test('draws diagrams, keeps other code as code, and escapes titles', async () => {
    const summary = '## Fine\n\n```mermaid\ngantt\n  a :1, 2\n```\n\n```text\n<b>\n```\n';
    const html = await renderPage([{ title: 'R <1>', summaries: [summary] }], 'p {}');
    expect(html).toContain('<h1>R &lt;1&gt;</h1>');
    expect(html).toContain('<pre class="mermaid">gantt\n  a :1, 2</pre>');
    expect(html).toContain('<code class="language-text">&lt;b&gt;\n</code>');
  });
});
