import { UserError } from '../../errors.ts';

/** What no shell gives a meaning, so that a command can be read in the server's own records. */
const PLAIN = /^[A-Za-z0-9_./:=@%+,-]+$/;

/**
 * `argument` as one word of a command line for whatever login shell the server has. What single
 * quotes do not protect everywhere stands outside them: `'`, `\` (fish) and `!` (csh).
 * @throws UserError for a NUL, which no argument can hold
 */
export function shellWord(argument: string): string {
  if (argument.includes('\0')) {
    throw new UserError('A NUL character cannot be given to a command on the server.');
  }
  if (PLAIN.test(argument)) return argument;
  return `'${argument.replace(/['\\!]/g, (character) => `'\\${character}'`)}'`;
}

/** A command line of `words`. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
