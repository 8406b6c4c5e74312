import { errorMessage, UserError } from '../../errors.ts';

const OPERATORS = ['=', '!=', '=~', '!~'] as const;

/** One condition on a label; a label that is not there is the empty text. */
export interface Matcher {
  readonly name: string;
  readonly operator: (typeof OPERATORS)[number];
  readonly value: string;
}

type Labels = Readonly<Record<string, string>>;

const NAME = /^(?:"((?:[^"\\]|\\.)*)"|([a-zA-Z_:][a-zA-Z0-9_:]*))\s*(=~|!~|!=|=)\s*/;
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/s;
/** What Alertmanager takes without quotes: https://prometheus.io/docs/alerting/latest/configuration/#matcher */
const BARE = /^[^\s"'`\\,{}!=~]*$/;

/** `\n`, `\"` and `\\` are escapes; before anything else a backslash is itself. */
function unescaped(text: string): string {
  return text.replace(/\\([n"\\])/g, (_, character: string) =>
    character === 'n' ? '\n' : character,
  );
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/**
 * A regular expression of Go, https://github.com/google/re2/wiki/Syntax, for the whole of a text.
 * @throws SyntaxError for what is none, and for what only Go knows, such as `\pL`
 */
function toRegExp(pattern: string): RegExp {
  const [, flags = '', rest = ''] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(pattern) ?? [];
  const portable = rest
    .replaceAll('(?P<', '(?<')
    // Go lets every punctuation mark be escaped, JavaScript only its own.
    .replace(/\\([-!"#%&',:;<=>@_`~ ])/g, (_, mark: string) => {
      return `\\x${mark.charCodeAt(0).toString(16).padStart(2, '0')}`;
    });
  return new RegExp(`^(?:${portable})$`, `u${flags}`);
}

/**
 * One matcher in Alertmanager's syntax: `severity="critical"`, `severity=critical`, `job=~"web|api"`.
 * @throws UserError, in which `what` is the subject, for what is none
 */
export function parseMatcher(text: string, what: string): Matcher {
  const written = text.trim();
  const refuse = (why: string): UserError =>
    new UserError(
      `${what}: the matcher ${written} ${why}. Write one a line, such as namespace="shop", ` +
        'severity!="info" or job=~"web|api".',
    );
  const [whole, quotedName, name = unescaped(quotedName ?? ''), operator = ''] =
    NAME.exec(written) ?? [];
  if (whole === undefined || name === '') throw refuse('has no label and operator');
  const rest = written.slice(whole.length);
  const [, quoted] = QUOTED.exec(rest) ?? [];
  if (quoted === undefined && !BARE.test(rest)) {
    throw refuse('has a value that is not quoted as one');
  }
  const value = quoted === undefined ? rest : unescaped(quoted);
  const matcher = { name, operator: operator as Matcher['operator'], value };
  if (operator.endsWith('~')) {
    try {
      toRegExp(value);
    } catch (error) {
      throw refuse(`is no regular expression that is understood: ${errorMessage(error)}`);
    }
  }
  return matcher;
}

/** The matcher as every Alertmanager reads it. */
export function formatMatcher({ name, operator, value }: Matcher): string {
  const label = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) ? name : quote(name);
  return `${label}${operator}${quote(value)}`;
}

/** Whether labels fit `matcher`; regular expressions must fit the whole value. */
export function matches({ name, operator, value }: Matcher, labels: Labels): boolean {
  const found = labels[name] ?? '';
  const fits = operator.endsWith('~') ? toRegExp(value).test(found) : found === value;
  return operator.startsWith('!') ? !fits : fits;
}

/** Whether labels fit all `matchers`. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matches(matcher, labels));
}
