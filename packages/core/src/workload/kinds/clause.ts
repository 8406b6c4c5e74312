/** `text` as a part of a sentence: on one line, without its full stop. */
export function clause(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replace(/\.$/, '');
}
