import { redact } from './redact.ts';
import { neutraliseCommands, stripControls } from './safe-text.ts';

/**
 * What may be printed of a text that came from outside (pod logs, events, server messages,
 * migration output): no control characters, no workflow commands, no secrets. Everything that log.ts
 * prints goes through it.
 */
export function printable(text: string): string {
  return neutraliseCommands(redact(stripControls(text)));
}
