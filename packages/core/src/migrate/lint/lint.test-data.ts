import { type LintFile, type LintSeverities, lintMigration } from './lint.ts';

const NAME = '20260101000000-test.js';

/** A migration whose `up` has `body`, with `users`, `db`, `client` and `ctx` at hand, and a `down`. */
export function upOf(body: string): string {
  return `export async function up(db, client, ctx) {
const users = db.collection('users');
${body}
}
export async function down(db) {
await db.collection('audit').deleteMany({ by: 'up' });
}
`;
}

/** The findings in `source`. */
export function findingsIn(
  source: string,
  over: Partial<LintFile> = {},
  severities: LintSeverities = {},
) {
  return lintMigration(
    { name: NAME, path: `migrations/${NAME}`, text: source, ...over },
    severities,
  );
}

/** The rules that find something in `source`, in the order of the source. */
export function rulesIn(source: string, severities: LintSeverities = {}): readonly string[] {
  return findingsIn(source, {}, severities).map(({ rule }) => rule);
}

/** The same for the body of an `up`, without the notes on index builds. */
export function rulesInUp(body: string): readonly string[] {
  return rulesIn(upOf(body), { 'index-build': 'off' });
}
