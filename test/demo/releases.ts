import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../scripts/repository.ts';

/** What a commit changes, by path in the repository. */
export interface Change {
  /** Its message. */
  readonly title: string;
  readonly remove?: readonly string[];
  readonly write?: Readonly<Record<string, string>>;
  readonly edit?: Readonly<Record<string, (text: string) => string>>;
}

const STOCK = ['migrations/20261109090000-add-stock.js', 'test/migrations.test.js'];

function example(file: string): string {
  return readFileSync(join(repositoryRoot, 'examples', file), 'utf8');
}

/** The reference system before anybody thought of stock. */
export const opening: Change = { title: 'The shop opens', remove: STOCK };

/** A release that needs its migration. */
export const stock: Change = {
  title: 'Show what is in stock',
  write: Object.fromEntries(STOCK.map((file) => [file, example(file)])),
};

/**
 * The mistake that every test lets pass: a setting that the tests have, and that nobody has added to
 * the Deployment.
 */
export const confirmations: Change = {
  title: 'Send order confirmations',
  edit: {
    'backend/src/settings.js': (text) =>
      text.replace(
        "    mongodbUri: required(env, 'MONGODB_URI'),\n",
        (line) => `${line}    smtpUrl: required(env, 'SMTP_URL'),\n`,
      ),
    'backend/test/settings.test.js': (text) =>
      text.replace("shop' };", "shop', SMTP_URL: 'smtp://localhost' };"),
    'test/service.js': (text) =>
      text.replace("env: { PORT: '0',", "env: { PORT: '0', SMTP_URL: 'smtp://localhost',"),
  },
};

/**
 * The mistake that shows only under load: connections that nobody gives back. It comes up well, with the
 * setting that was missing before, and no test asks so often.
 */
export const reservations: Change = {
  title: 'Reserve what is looked at',
  edit: {
    'k8s/base/backend.yaml': (text) =>
      text.replace(
        /^( *)env:\n/m,
        (line, indent: string) =>
          `${line}${indent}  - { name: SMTP_URL, value: 'smtp://mail.paal.example' }\n`,
      ),
    'backend/src/app.js': (text) =>
      text
        .replace('  const app = express();\n', (line) => `${line}  let connections = 0;\n`)
        .replace(
          '    response.json({ products: await database.products() });\n',
          (line) =>
            `    connections += 1;\n    if (connections > 10 && connections % 4 === 0) throw new Error('The pool has no connection left');\n${line}`,
        ),
  },
};
