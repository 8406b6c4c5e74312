import { describe, expect, test } from '@jest/globals';
import { capBytes, code, codeBlock, escapeText, table } from './markdown.ts';
import { type RunSummary, renderRunSummary } from './run-summary.ts';

const summary: RunSummary = {
  title: 'Release 3 failed',
  outcome: 'bad',
  verdict: 'The container web exited with code 1, 3 times so far.',
  notes: ['Rolled back to release 2 (v2); it serves.'],
  facts: [
    ['app', 'shop'],
    ['version', ''],
  ],
  workloads: [
    {
      name: 'deployment/web',
      status: 'failed',
      message: '1 of 3',
      images: ['shop/web:3'],
      revision: '3',
    },
  ],
  findings: [
    {
      reason: 'CrashLoop',
      class: 'probable',
      message: 'The container web exited with code 1.',
      hint: 'Its last lines are in the evidence.',
      evidence: [
        { title: 'Last lines of web', lines: ['Error: no DB', '::error::x', '<b>', '```'] },
      ],
    },
  ],
  phases: [{ subject: 'deployment/web', label: 'release: 3', from: 0, to: 1_400, outcome: 'bad' }],
  podPhases: [
    { subject: 'old web-1', label: 'ready', from: 0, to: 900, outcome: 'good' },
    { subject: 'old web-1', label: 'ending', from: 900, to: 1_400, outcome: 'open' },
    { subject: 'new web-2', label: 'failing', from: 100, to: 1_400, outcome: 'bad' },
  ],
  timeline: [{ at: 1_400, subject: 'deployment/web', text: 'failed' }],
};

describe('the summary', () => {
  const text = renderRunSummary(summary);

  test('says the verdict first, then what was done about it, then the cause', () => {
    const order = [
      'Release 3 failed',
      'exited with code 1',
      'Rolled back to release 2',
      '### Cause',
      'CrashLoop',
      '| workload',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  test('leaves out what has no value', () => {
    expect(text).toContain('app <code>shop</code>');
    expect(text).not.toContain('version');
  });

  test('shows log lines in a fence that they cannot close', () => {
    expect(text).toContain('````text\nError: no DB\n::error::x\n<b>\n```\n````');
  });

  test('draws the phases without letting names break the chart', () => {
    expect(text).toContain('  section deployment/web\n  release 3 :crit, 0, 1400');
  });
});

test('the summary draws the pods, one row each, out of the way', () => {
  const text = renderRunSummary(summary);
  expect(text).toContain('<summary>Pods (2)</summary>');
  expect(text).toContain('---\ndisplayMode: compact\n');
  expect(text).toContain('    leftPadding: 77\n---\ngantt');
  expect(text).toContain('  section old web-1\n  ready :done, 0, 900\n  ending :900, 1400');
  expect(text).toContain('  section new web-2\n  failing :crit, 100, 1400');
  const none = renderRunSummary({ ...summary, podPhases: [] });
  expect(none).not.toContain('Pods (');
});

describe('Markdown', () => {
  test.each([
    '<script>',
    '[link](http://x)',
    '**bold**',
    '| cell |',
    '`code`',
    '@octocat',
    '<!-- -->',
  ])('of outside text has no effect: %s', (text) => {
    expect(escapeText(text)).not.toMatch(/[<>`*|[\]@]/);
    expect(code(text).replace(/^<code>|<\/code>$/g, '')).not.toMatch(/[<>`*|[\]@]/);
  });

  test('keeps a table cell on one line', () => {
    expect(table(['a'], [['x\ny']])).toBe('| a |\n| --- |\n| x<br>y |');
  });

  test('chooses a fence longer than any in the text', () => {
    expect(codeBlock(['`````']).startsWith('``````text')).toBe(true);
  });

  test('is cut below the limit, with the cut said', () => {
    const cut = capBytes('ä'.repeat(1_000), 500);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(500);
    expect(cut).toMatch(/… cut: \d+ more bytes/);
    expect(capBytes('short', 500)).toBe('short');
  });
});
