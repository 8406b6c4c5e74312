import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { promDuration } from './duration.ts';

/** A query that was read, and its text. */
export interface PromQl {
  readonly text: string;
  readonly root: SyntaxNode;
}

/** `query` as a tree; `undefined` where it is no PromQL. The server has the last word on that. */
export function readPromQl(query: string): PromQl | undefined {
  const tree = parser.parse(query);
  let valid = true;
  tree.iterate({
    enter: ({ type }) => {
      if (type.isError) valid = false;
    },
  });
  const [root] = childrenOf(tree.topNode);
  return valid && root ? { text: query, root } : undefined;
}

/** What `node` looks like in the query. */
export function textOf({ text }: PromQl, node: SyntaxNode): string {
  return text.slice(node.from, node.to);
}

/** The nodes directly below `node`, comments left out. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child);
  }
  return children;
}

/** All nodes with one of `names` in and below `node`, in the order of the text. */
export function nodesNamed(node: SyntaxNode, ...names: readonly string[]): readonly SyntaxNode[] {
  const own = names.includes(node.name) ? [node] : [];
  return [...own, ...childrenOf(node).flatMap((child) => nodesNamed(child, ...names))];
}

/** What is in the parentheses around `node`, if there are any. */
export function withoutParentheses(node: SyntaxNode): SyntaxNode {
  const [inner] = node.name === 'ParenExpr' ? childrenOf(node) : [];
  return inner ? withoutParentheses(inner) : node;
}

/** The two sides of a binary expression and its operator; `undefined` for anything else. */
export function binary(
  node: SyntaxNode,
):
  | { readonly left: SyntaxNode; readonly operator: string; readonly right: SyntaxNode }
  | undefined {
  if (node.name !== 'BinaryExpr') return undefined;
  const children = childrenOf(node);
  const [left, operator] = children;
  const right = children.at(-1);
  return left && operator && right ? { left, operator: operator.name, right } : undefined;
}

/** The number that `node` is; `undefined` where it is none. Durations are numbers of seconds. */
export function numberOf(query: PromQl, node: SyntaxNode): number | undefined {
  const bare = withoutParentheses(node);
  if (bare.name === 'UnaryExpr') {
    const [sign, operand] = childrenOf(bare);
    const value = operand && numberOf(query, operand);
    if (!sign || value === undefined) return undefined;
    return textOf(query, sign) === '-' ? -value : value;
  }
  if (bare.name !== 'NumberDurationLiteral') return undefined;
  const text = textOf(query, bare).replaceAll('_', '');
  const duration = promDuration(text);
  if (duration !== undefined) return duration / 1_000;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}

/** The name of the metric that a selector asks for; `undefined` where it names none. */
export function metricOf(query: PromQl, selector: SyntaxNode): string | undefined {
  const [first] = childrenOf(selector);
  if (first?.name === 'Identifier') return textOf(query, first);
  const quotedName = nodesNamed(selector, 'QuotedLabelName')[0];
  if (quotedName) return textOf(query, quotedName).slice(1, -1);
  const named = nodesNamed(selector, 'UnquotedLabelMatcher').find((matcher) => {
    const [label, operator] = childrenOf(matcher);
    return (
      label && operator && textOf(query, label) === '__name__' && textOf(query, operator) === '='
    );
  });
  const value = named && childrenOf(named).at(-1);
  return value && textOf(query, value).slice(1, -1);
}

/** The names of all metrics that are asked for in and below `node`. */
export function metricsOf(query: PromQl, node: SyntaxNode = query.root): ReadonlySet<string> {
  const selectors = nodesNamed(node, 'VectorSelector');
  const names = selectors.map((selector) => metricOf(query, selector));
  return new Set(names.filter((name) => name !== undefined));
}
