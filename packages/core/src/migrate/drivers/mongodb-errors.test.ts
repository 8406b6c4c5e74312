import { describe, expect, test } from '@jest/globals';
import { MongoMissingDependencyError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { connectError, historyError } from './mongodb-errors.ts';

describe('why the database cannot be used', () => {
  test('refused credentials are told from a server that is away', () => {
    const error = new MongoServerError({
      code: 18,
      codeName: 'AuthenticationFailed',
      errmsg: 'Authentication failed.',
    });
    expect(connectError(error, 'db.example:27017', 20).message).toBe(
      'MongoDB at db.example:27017 refused the credentials of the input "uri": Authentication failed. ' +
        'Check user and password (percent-encoded), and authSource where the user is defined in another database.',
    );
  });

  test('a server that is away is named with what was tried and for how long', () => {
    const error = new MongoServerSelectionError('connect ECONNREFUSED 127.0.0.1:1', {} as never);
    expect(connectError(error, '127.0.0.1:1', 10_003).message).toMatch(
      /^No MongoDB server could be reached at 127\.0\.0\.1:1 within 10 s: connect ECONNREFUSED 127\.0\.0\.1:1\. Is the address right/,
    );
  });

  test('a package that the driver lacks is named with where to install it', () => {
    const error = new MongoMissingDependencyError('Optional module `kerberos` not found.', {
      dependencyName: 'kerberos',
      cause: new Error(),
    });
    expect(connectError(error, 'h', 1).message).toContain(
      'Optional module `kerberos` not found. Install it beside mongodb',
    );
  });

  test('a missing role is named', () => {
    const error = new MongoServerError({
      code: 13,
      errmsg: 'not authorized on shop to execute command',
    });
    expect(historyError(error, 'changelog', 'shop').message).toContain(
      'could not be read: not authorized on shop to execute command. The user needs the role readWrite on the database "shop".',
    );
  });
});
