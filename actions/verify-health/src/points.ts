import { POINTS, type Point } from '@paal/core/config/checks/shared-keys';
import { type Outcome, worst } from '@paal/core/verify/check';
import type { Result } from './result.ts';

/** What the five points of post-deployment verification are called. */
export const POINT_NAMES: Readonly<Record<Point, string>> = {
  health: 'Application health checks are passing',
  functionality: 'Key functionality is working as expected',
  monitoring: 'Monitoring systems show normal operation',
  logs: 'No errors in application logs',
  performance: 'Performance metrics are within expected ranges',
};

/** What became of one of the five points. */
export interface PointVerdict {
  readonly point: Point;
  readonly name: string;
  /** Of its checks that decide, the worst; where there is none, or no check at all, that is said. */
  readonly verdict: Outcome | 'not decided' | 'report-only' | 'no check';
  /** The places of its checks among all. */
  readonly checks: readonly number[];
}

/** The five points, in their order. One that nothing asks about is never good. Pure. */
export function pointsOf({
  checks,
  verdict,
}: Pick<Result, 'checks' | 'verdict'>): readonly PointVerdict[] {
  return POINTS.map((point) => {
    const own = checks.flatMap((check, index) => (check.point === point ? [index] : []));
    const deciding = own
      .flatMap((index) => verdict.checks[index] ?? [])
      .filter(({ reportOnly }) => !reportOnly);
    const status = worst(deciding.map((one) => one.status));
    const isOpen = deciding.every(({ decided, status: of }) => of !== status || !decided);
    const without = own.length === 0 ? 'no check' : 'report-only';
    return {
      point,
      name: POINT_NAMES[point],
      verdict: status === undefined ? without : isOpen ? 'not decided' : status,
      checks: own,
    };
  });
}

/** The points as lines of the log, in columns. Pure. */
export function pointLines(result: Pick<Result, 'checks' | 'verdict'>): readonly string[] {
  const points = pointsOf(result);
  const width = (texts: readonly string[]): number => Math.max(...texts.map((one) => one.length));
  const [first, second] = [
    width(points.map(({ name }) => name)),
    width(points.map(({ verdict }) => verdict)),
  ];
  return points.map(({ name, verdict, checks }) => {
    const names = checks.map((index) => {
      const check = result.verdict.checks[index];
      const status = check?.decided ? check.status : 'not decided';
      return check?.reportOnly ? `${check.name} (report-only: ${status})` : check?.name;
    });
    return `  ${name.padEnd(first)}  ${verdict.padEnd(second)}  ${names.join(', ')}`.trimEnd();
  });
}
