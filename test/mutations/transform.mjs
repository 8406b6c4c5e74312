import { createHash } from 'node:crypto';
import swc from '@swc/jest';

/** The mutation that this run of jest is about, as JSON: `{ file, from, to }`. */
const { PAAL_MUTATION = '{}' } = process.env;
const { file, from, to } = JSON.parse(PAAL_MUTATION);

/** As in jest.config.mjs, with one rule taken out of one file before it is compiled. */
export default {
  createTransformer(options) {
    const inner = swc.createTransformer(options);
    const mutate = (source, path) => {
      if (!file || !path.endsWith(`/packages/core/src/${file}`)) return source;
      if (!source.includes(from)) throw new Error(`${file} does not hold: ${from}`);
      return source.replace(from, to);
    };
    const key = createHash('sha256').update(PAAL_MUTATION).digest('hex');
    return {
      ...inner,
      process: (source, path, more) => inner.process(mutate(source, path), path, more),
      processAsync: (source, path, more) => inner.processAsync(mutate(source, path), path, more),
      getCacheKey: (source, path, more) =>
        `${inner.getCacheKey(source, path, more)}${path.endsWith(file ?? '\0') ? key : ''}`,
    };
  },
};
