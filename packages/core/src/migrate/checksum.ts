import { createHash } from 'node:crypto';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The checksum of a migration's file, the same whichever line ends the checkout was given. */
export function checksumOf(text: string): string {
  return sha256(text.replaceAll('\r\n', '\n'));
}

/**
 * The checksum that migrate-mongo writes as `fileHash` with `useFileHash` (its lib/env/migrationsDir.js):
 * of the file as it lies there.
 */
export function fileHashOf(text: string): string {
  return sha256(text);
}
