/** What the limits of a dry run are, for those who read its result. */
export const DRY_RUN_LIMITS: readonly string[] = [
  'Reads do not see what the migration, or one before it, would have written.',
  'The server judges no write: unique indexes, validators and wrong operators show only when it is run.',
  'Only what goes through the db and client that a migration is called with is kept from being done.',
];
