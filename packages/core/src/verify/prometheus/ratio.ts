import type { SyntaxNode } from '@lezer/common';
import {
  binary,
  childrenOf,
  metricsOf,
  nodesNamed,
  numberOf,
  type PromQl,
  readPromQl,
  textOf,
  withoutParentheses,
} from './promql.ts';

/** The division in a query, part by part. */
export interface Ratio {
  readonly numerator: string;
  readonly divisor: string;
  /** The query, with 0 for a numerator that has no series where the divisor has one. */
  readonly withZeros: string;
  /** Metrics of the numerator that the divisor has not: their names may be misspelt. */
  readonly otherMetrics: readonly string[];
  /** How many of what the numerator and the divisor count there were; `undefined` where neither tells. */
  readonly counts: Counts | undefined;
  /** How many requests the divisor counts. */
  readonly requests: string | undefined;
}

/** Queries that give one number each. */
export interface Counts {
  readonly hits: string;
  readonly total: string;
}

/**
 * How many events `node` counts, as a query: it is a sum of rates or increases, whose rates become
 * increases over the same range. `undefined` for anything else.
 */
function countOf(query: PromQl, node: SyntaxNode): string | undefined {
  const bare = withoutParentheses(node);
  if (bare.name === 'AggregateExpr') {
    const operator = childrenOf(bare).find(({ name }) => name === 'AggregateOp');
    const body = childrenOf(bare).find(({ name }) => name === 'FunctionCallBody');
    const [inner] = body ? childrenOf(body) : [];
    return operator && inner && textOf(query, operator).toLowerCase() === 'sum'
      ? countOf(query, inner)
      : undefined;
  }
  if (bare.name === 'FunctionCall') {
    const [name, body] = childrenOf(bare);
    if (!name || !body || !['rate', 'increase'].includes(textOf(query, name))) return undefined;
    return `sum(increase${textOf(query, body)})`;
  }
  const parts = binary(bare);
  // `sum(rate(…)) > 0` keeps idle series out, and counts the same.
  if (parts?.operator === 'Gtr' && numberOf(query, parts.right) === 0) {
    return countOf(query, parts.left);
  }
  if (parts?.operator !== 'Add') return undefined;
  const [left, right] = [countOf(query, parts.left), countOf(query, parts.right)];
  return left && right && `(${left} + ${right})`;
}

/** The one division of two series in `node`, with numbers and brackets around it at most. */
function divisionIn(query: PromQl, node: SyntaxNode): SyntaxNode | undefined {
  const bare = withoutParentheses(node);
  const parts = binary(bare);
  if (!parts) return undefined;
  const constant = (side: SyntaxNode): boolean => numberOf(query, side) !== undefined;
  if (parts.operator === 'Div' && !constant(parts.left) && !constant(parts.right)) return bare;
  if (!['Mul', 'Div', 'Add', 'Sub'].includes(parts.operator)) return undefined;
  if (constant(parts.right)) return divisionIn(query, parts.left);
  if (parts.operator !== 'Div' && constant(parts.left)) return divisionIn(query, parts.right);
  return undefined;
}

/** `100 * a` counts what `a` counts. */
function withoutFactors(query: PromQl, node: SyntaxNode): SyntaxNode {
  const bare = withoutParentheses(node);
  const parts = binary(bare);
  if (parts?.operator !== 'Mul') return bare;
  if (numberOf(query, parts.left) !== undefined) return withoutFactors(query, parts.right);
  if (numberOf(query, parts.right) !== undefined) return withoutFactors(query, parts.left);
  return bare;
}

/** The division that `text` is, or that is in it; `undefined` where there is none. */
export function ratioOf(text: string): Ratio | undefined {
  const query = readPromQl(text);
  const division = query && divisionIn(query, query.root);
  const parts = division && binary(division);
  if (!query || !division || !parts) return undefined;
  const [numerator, divisor] = [textOf(query, parts.left), textOf(query, parts.right)];
  const matching = nodesNamed(division, 'MatchingModifierClause')[0];
  const middle = text.slice(parts.left.to, parts.right.from);
  const zeros = `((${numerator}) or ((${divisor}) * 0))`;
  const hits = countOf(query, withoutFactors(query, parts.left));
  const total = countOf(query, parts.right);
  const known = metricsOf(query, parts.right);
  return {
    numerator,
    divisor,
    withZeros:
      // With labels matched otherwise, what would be the zero of which series is not to be told.
      matching === undefined
        ? `${text.slice(0, division.from)}(${zeros}${middle}${divisor})${text.slice(division.to)}`
        : text,
    otherMetrics: [...metricsOf(query, parts.left)].filter((name) => !known.has(name)),
    counts: hits && total ? { hits, total } : undefined,
    requests: total,
  };
}
