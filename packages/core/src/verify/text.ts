/** Characters of a check's name that is made from what it asks. */
export const NAME_LIMIT = 120;

const EXCERPT = 300;
const QUOTE = 200;

/** The first `limit` characters of `text`; what is cut is shown as `…`. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

/** `text` on one line, short enough for a message. */
export function oneLine(text: string, limit = QUOTE): string {
  return cut(text.replace(/\s+/g, ' ').trim(), limit);
}

/** `value` as JSON, short enough for a message: `"1.2"` is not `1.2`. */
export function quoted(value: unknown): string {
  return cut(JSON.stringify(value) ?? String(value), QUOTE);
}

/** The beginning of an answer, as evidence; `undefined` where there is nothing to see. */
export function excerptOf(body: string): string | undefined {
  const text = body.trim();
  return text === '' ? undefined : cut(text, EXCERPT);
}
