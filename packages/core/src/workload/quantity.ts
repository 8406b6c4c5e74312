const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * The value of a quantity such as `500m`, `1.5Gi` or `1e3`, in units of the resource: cores, bytes.
 * `undefined` for what is none (k8s.io/apimachinery/pkg/api/resource/quantity.go; client-node has the
 * like, but exports it not, and refuses fractions).
 */
export function parseQuantity(text: string | number | undefined): number | undefined {
  const [, number = '', exponent, suffix] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]?|[KMGTPE]i))$/.exec(
      String(text ?? ''),
    ) ?? [];
  if (number === '') return undefined;
  return exponent ? Number(number + exponent) : Number(number) * (SUFFIXES[suffix ?? ''] ?? 1);
}
