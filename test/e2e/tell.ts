/** Prints a line at once, without the frame that jest puts around what the console is told. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
