import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout. */
export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)));
