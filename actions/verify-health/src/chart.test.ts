import { describe, expect, test } from '@jest/globals';
import type { Clock } from '@paal/core/clock';
import { systemClock } from '@paal/core/clock';
import { newBaseline } from './baseline.ts';
import { chartsOf, NO_BACKGROUND } from './chart.ts';
import { historiesOf } from './chart-history.ts';
import { check, measured, numbers, result } from './result.test-data.ts';

const ERRORS = check('errors', { type: 'prometheus', bounds: { max: 0.05 }, threshold: '≤ 0.05' });

describe('the charts', () => {
  test('are of values before and after, and what they are compared with', () => {
    const background = {
      histories: [
        [
          { at: -200_000, value: 7 },
          { at: -2_000, value: 0.02 },
          { at: 0, value: 9 },
        ],
      ],
      baseline: newBaseline({ app: '', environment: '' }, new Date(0), {
        'prometheus errors': [0.01, 0.03, 0.02],
      }),
    };
    const [chart] = chartsOf(result([ERRORS], numbers(0, [0.04, 0.2])), background);
    expect(chart?.text).toContain('x-axis "seconds" -2 --> 1');
    expect(chart?.text).toContain(
      '  line [0.02, 0.03, 0.04, 0.2]\n  line [0.05, 0.05]\n  line [0.02, 0.02]\n',
    );
    expect(chart?.text).toContain(
      '**errors** (blue: the values; red: good is ≤ 0.05; grey: 0.02, the median before the release; 0 is the start of the verification)',
    );
  });

  test('are those of what failed first, and six at most', () => {
    const checks = Array.from({ length: 8 }, (_, index) =>
      check(`check ${index}`, { warmsUp: false }),
    );
    const seen = checks.flatMap((_, index) =>
      numbers(index, [1, 2], index === 7 ? 'failed' : 'succeeded'),
    );
    const charts = chartsOf(result(checks, seen), NO_BACKGROUND);
    expect(charts.map((chart) => chart.check)).toEqual([7, 0, 1, 2, 3, 4]);
    expect(charts.map((chart) => chart.isGood)).toEqual([false, true, true, true, true, true]);
  });

  test('are none of what measures no numbers, or one alone', () => {
    const seen = [measured(0, 0, 'succeeded'), ...numbers(1, [1])];
    expect(chartsOf(result([check('health'), ERRORS], seen), NO_BACKGROUND)).toEqual([]);
  });

  test('let no name be markup, and have none in the diagram', () => {
    const evil = check('<b>```\n%% "x" [a](b)', { type: 'prometheus' });
    const [chart] = chartsOf(result([evil], numbers(0, [1, 2])), NO_BACKGROUND);
    const [caption = '', diagram = ''] = chart?.text.split('\n\n') ?? [];
    expect(caption).not.toMatch(/<b>|```|\]\(/);
    expect(diagram).not.toContain('%%');
  });
});

describe('what was before', () => {
  const context = { clock: systemClock, signal: new AbortController().signal };
  const sample = { at: -1_000, value: 0.5 };
  const asked = (history: () => Promise<(typeof sample)[]>, type = 'prometheus' as const) =>
    check('errors', { type, history });

  test('is asked of the checks that measured numbers, and a failure of one is none of the others', async () => {
    const checks = [
      asked(() => Promise.reject(new Error('down'))),
      asked(async () => [sample]),
      check('without'),
      asked(() => Promise.reject(new Error('must not be asked'))),
    ];
    const seen = [
      ...numbers(0, [1]),
      ...numbers(1, [1]),
      ...numbers(2, [1]),
      measured(3, 0, 'error'),
    ];
    expect(await historiesOf(result(checks, seen), context)).toEqual([[], [sample], [], []]);
  });

  test('is waited for three seconds, whatever a check does with its signal', async () => {
    const waited: number[] = [];
    const clock: Clock = {
      ...systemClock,
      sleep: async (milliseconds) => {
        waited.push(milliseconds);
      },
    };
    const checks = [asked(() => new Promise(() => {})), asked(async () => [sample])];
    const seen = [...numbers(0, [1]), ...numbers(1, [1])];
    const histories = await historiesOf(result(checks, seen), { ...context, clock });
    expect(histories[0]).toEqual([]);
    expect(waited).toEqual([3_000]);
  });

  test('is not asked once the run is cancelled', async () => {
    const checks = [asked(async () => [sample])];
    const cancelled = result(checks, numbers(0, [1]), { cancelled: true });
    expect(await historiesOf(cancelled, context)).toEqual([[]]);
  });
});
