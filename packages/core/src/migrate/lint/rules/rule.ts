import type { FindingSeverity } from '../finding.ts';
import type { Found, Migration } from '../migration.ts';

/** One rule of the linter. */
export interface Rule {
  /** Unless paal.yaml says otherwise. */
  readonly severity: FindingSeverity;
  /** What it finds, for the documentation. */
  readonly finds: string;
  /** The safe way, for the documentation. */
  readonly instead: string;
  check(migration: Migration): readonly Found[];
}
