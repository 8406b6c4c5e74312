import { describe, expect, test } from '@jest/globals';
import { UserError } from '../errors.ts';
import { parseMatcher } from './alerts/matchers.ts';
import { isOwnSilence, requireNarrow, silenceComment, silenceMark } from './silence.ts';

const narrow = (...texts: readonly string[]) =>
  requireNarrow(
    texts.map((text) => parseMatcher(text, 'verify.silence')),
    'verify.silence',
  );

describe('a silence', () => {
  test.each([
    [['namespace="shop"']],
    [['severity="warning"', 'app="shop"']],
    [['namespace=~"shop|shop-jobs"']],
    [['namespace=~"shop-.+"', 'alertname!="Down"']],
  ])('of one app is taken: %j', (matchers) => {
    expect(() => narrow(...matchers)).not.toThrow();
  });

  test.each([
    [['alertname=~".*"']],
    [['alertname="HighErrorRate"']],
    [['severity="critical"', 'cluster="production"']],
    [['namespace!="kube-system"']],
    [['namespace!~"kube-.*"']],
    [['namespace=""']],
    [['namespace=~".*"']],
    [['namespace=~".+"']],
    [['namespace=~"[^k].*"']],
    [['namespace=~"shop|.*"']],
  ])('that would hide what is not of this app is refused: %j', (matchers) => {
    expect(() => narrow(...matchers)).toThrow(UserError);
    expect(() => narrow(...matchers)).toThrow(
      'verify.silence would also hide alerts of others: it must fix the namespace or the app',
    );
  });
});

describe('a silence of our own', () => {
  const owner = { app: 'shop', environment: 'staging' };
  const comment = silenceComment('Deployment', owner, 'https://runs.example/1');

  test('says why it is there, for whom, and by which run', () => {
    expect(comment).toBe(
      'Deployment [paal app="shop" environment="staging"] https://runs.example/1',
    );
  });

  test('is known by its creator and the app, whichever run has made it', () => {
    const mark = silenceMark(owner);
    expect(isOwnSilence({ createdBy: 'paal', comment }, mark)).toBe(true);
    expect(isOwnSilence({ createdBy: 'jane', comment }, mark)).toBe(false);
    const other = silenceMark({ ...owner, app: 'shop-2' });
    expect(isOwnSilence({ createdBy: 'paal', comment }, other)).toBe(false);
    expect(isOwnSilence({ createdBy: 'paal', comment }, undefined)).toBe(false);
  });
});
