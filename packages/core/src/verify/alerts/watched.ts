import type { Watched } from '../bake-alerts.ts';
import { type Matcher, matches } from './matchers.ts';

/**
 * Which rules have alerts that may fit all `matchers`. The labels of its series are not known of a rule, so
 * a matcher of another label than those that it sets itself speaks for it. Pure.
 */
export function mayFit(matchers: readonly Matcher[]): Watched {
  return ({ name, labels }) => {
    const known = { ...labels, alertname: name };
    return matchers.every(
      (matcher) => !Object.hasOwn(known, matcher.name) || matches(matcher, known),
    );
  };
}
