/** A version as people read it: a commit by its first seven characters, as git and GitHub show it. */
export function shownVersion(version: string): string {
  return /^[0-9a-f]{40}$/.test(version) ? version.slice(0, 7) : version;
}
