/**
 * Values that must never be shown. Process-wide on purpose: the runner's masks are job-wide, and a
 * secret that one part of an action registers must be hidden by every other part.
 */
const secrets = new Set<string>();

/** Shorter values occur by chance: masking "1" would garble the log and drop outputs. */
const SHORTEST_SECRET = 4;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // credentials in URLs: scheme://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, '$1***@'],
  // GitHub tokens: https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats
  [/\b(?:gh[pousr]_[A-Za-z0-9_]{20,}|github_pat_[A-Za-z0-9_]{20,})/g, '***'],
  // JSON Web Tokens, which is what ServiceAccount tokens are
  [/\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g, '***'],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 ***'],
  // Docker Hub names the account in its rate-limit answer: "…pull rate limit as '<user>': <token>"
  [/(pull rate limit as )\S+?(: *\S+?)?(?=[.,]?(?:\s|$))/gi, '$1***'],
];

/** What of a secret is never to be shown: all of it, and each of its lines. */
export function secretParts(value: string): readonly string[] {
  return [...new Set([value, ...value.split(/\r?\n/)])]
    .map((part) => part.trim())
    .filter(({ length }) => length >= SHORTEST_SECRET);
}

/** Hides `value`, and each line of it, from {@link redact} alone: for a process that is no step. */
export function hideSecret(value: string): void {
  for (const text of secretParts(value)) {
    secrets.add(text);
    const encoded = Buffer.from(text).toString('base64').replace(/=+$/, '');
    if (encoded.length >= 8) secrets.add(encoded);
    secrets.add(encodeURIComponent(text));
  }
}

/** Replaces masked values, tokens, and credentials in URLs by `***`. */
export function redact(text: string): string {
  let result = text;
  // Longest first, so that a secret that contains another leaves nothing of itself behind.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    result = result.replaceAll(secret, '***');
  }
  for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
  return result;
}
