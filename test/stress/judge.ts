import type { StressEvent } from './events.ts';

/** What one process reported. */
export interface RunReport {
  readonly run: string;
  readonly events: readonly StressEvent[];
}

/** What the reports of a round come to. */
export interface Judgement {
  /** Each a sentence; none where the lease holds. */
  readonly violations: readonly string[];
  readonly acquisitions: number;
  readonly statements: number;
  /**
   * Statements that were carried out although another run had begun, by a process that had stood still
   * between `ensureHeld` and the database's answer for longer than was promised: no lease prevents them.
   */
  readonly overruns: number;
  readonly lost: number;
  readonly failed: number;
}

type Statement = Extract<StressEvent, { what: 'statement' }>;

function name({ fence, migration, index }: Statement): string {
  return `${migration}.${index} under fence ${fence}`;
}

/**
 * Whether the lease held. When a run of a higher fence passes `ensureHeld`, no lower one passes it any
 * more, and none is still within the time that it was promised, unless it was over before.
 */
export function judge(reports: readonly RunReport[]): Judgement {
  const events = reports.flatMap(({ events }) => events);
  const statements = events.filter((event) => event.what === 'statement');
  const fences = events.filter((event) => event.what === 'acquired').map(({ fence }) => fence);
  const violations: string[] = [];
  const overran = new Set<Statement>();
  const over = new Map(
    events.filter((event) => event.what === 'over').map(({ fence, at }) => [fence, at]),
  );
  if (new Set(fences).size < fences.length) {
    violations.push(`a fence was given twice: ${fences.sort((a, b) => a - b).join(', ')}`);
  }
  const recorded = events.filter((event) => event.what === 'recorded');
  for (const [migration, all] of Map.groupBy(recorded, (event) => event.migration)) {
    if (all.length > 1) violations.push(`${migration} was recorded ${all.length} times`);
  }
  for (const low of statements) {
    for (const high of statements) {
      if (low.fence >= high.fence) continue;
      if (low.asked > high.ensured) {
        violations.push(`${name(low)} passed ensureHeld after ${name(high)} had`);
      }
      const promised = Math.min(low.heldUntil, over.get(low.fence) ?? Number.POSITIVE_INFINITY);
      if (promised > high.ensured) {
        violations.push(`${name(low)} and ${name(high)} were both promised`);
      } else if (low.done > high.ensured) overran.add(low);
    }
  }
  const ends = events.filter((event) => event.what === 'ended');
  return {
    violations,
    acquisitions: fences.length,
    statements: statements.length,
    overruns: overran.size,
    lost: ends.filter(({ how }) => how === 'lost').length,
    failed: ends.filter(({ how }) => how === 'failed').length,
  };
}
