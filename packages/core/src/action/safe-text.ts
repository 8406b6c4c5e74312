import { stripVTControlCharacters } from 'node:util';

// C0 without tab and newline, DEL, C1, line and paragraph separators, and the characters that
// reorder what a reader sees (https://trojansource.codes).
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * `text` without escape sequences and control characters. A lone carriage return counts as a line
 * break, as the runner reads it.
 */
export function stripControls(text: string): string {
  return stripVTControlCharacters(text.replace(/\r\n?/g, '\n')).replace(UNPRINTABLE, '');
}

/**
 * `text` with every workflow command made harmless. The runner obeys `::command::` at the start of
 * a line, after any white space, and the older `##[command]` anywhere in it
 * (actions/runner src/Runner.Common/ActionCommand.cs), so a blank is put into both.
 */
export function neutraliseCommands(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1: ').replace(/##(?=\[)/g, '## ');
}
