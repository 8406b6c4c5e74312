const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function entity(character: string): string {
  return HTML[character] ?? `&#${character.charCodeAt(0)};`;
}

/**
 * `text` so that neither HTML nor Markdown in it takes effect: no tags, links, emphasis, mentions,
 * emoji or lists. Line breaks become `<br>`.
 */
export function escapeText(text: string): string {
  return text
    .replace(/[&<>"'\\`*_{}[\]|~@]/g, entity)
    .replace(/^(\s*)([#+-])/gm, (_, indent: string, mark: string) => indent + entity(mark))
    .replace(/:(?=[a-z0-9_+-]+:)/gi, entity)
    .replace(/\r?\n/g, '<br>');
}

/** Inline code of any text. */
export function code(text: string): string {
  return `<code>${text.replace(/[&<>"'`|*_~[\]\\@]/g, entity).replace(/\r?\n/g, ' ')}</code>`;
}

/** A block of lines as they are. */
export function codeBlock(lines: readonly string[], language = 'text'): string {
  const longest = Math.max(2, ...[...lines.join('\n').matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

/** A table; cells are Markdown already, so escape what comes from outside. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\r?\n/g, '<br>')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** `body` folded under `title`; the title is Markdown-free text. */
export function details(title: string, body: string): string {
  return `<details><summary>${escapeText(title)}</summary>\n\n${body}\n\n</details>`;
}

/** The parts that are not empty, with a blank line between. */
export function paragraphs(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

/**
 * `text` in at most `limit` bytes of UTF-8; what is cut is said. GitHub drops a whole summary above
 * 1 MiB.
 */
export function capBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  const note = `\n\n… cut: ${bytes.length - limit} more bytes are in the report file.\n`;
  const kept = bytes.subarray(0, limit - Buffer.byteLength(note)).toString('utf8');
  return kept.replace(/\ufffd$/, '') + note;
}
