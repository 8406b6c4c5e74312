import { describe, expect, test } from '@jest/globals';
import { readText } from './repository-files.ts';

interface Properties {
  readonly [name: string]: { readonly type?: string; readonly properties?: Properties };
}

interface SavedObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: { readonly title: string; readonly columns?: readonly string[] };
  readonly references: readonly { readonly id: string; readonly type: string }[];
}

const FOLDER = 'examples/monitoring/logs';
const fluentd = await readText(`${FOLDER}/fluentd.conf`);
const template = JSON.parse(await readText(`${FOLDER}/index-template.json`)) as {
  readonly index_patterns: readonly string[];
  readonly template: {
    readonly settings: Readonly<Record<string, unknown>>;
    readonly mappings: { readonly dynamic: boolean; readonly properties: Properties };
  };
};
const savedObjects = (await readText(`${FOLDER}/saved-objects.ndjson`))
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as SavedObject);

/** A setting of Fluentd, all its values in the order of the file. */
function settings(name: string): readonly string[] {
  return [...fluentd.matchAll(new RegExp(`^\\s*${name} (.+)$`, 'gm'))].map(
    ([, value]) => value ?? '',
  );
}

/** The kind of a field, such as `keyword` for "kubernetes.pod_name". */
function kindOf(path: string): string | undefined {
  let properties: Properties | undefined = template.template.mappings.properties;
  let kind: string | undefined;
  for (const name of path.split('.')) {
    kind = properties?.[name]?.type;
    properties = properties?.[name]?.properties;
  }
  return kind;
}

describe("Fluentd's configuration", () => {
  test('closes every section that it opens', () => {
    const open: string[] = [];
    for (const [, closing, name = ''] of fluentd.matchAll(/^\s*<(\/?)(\w+)[^>]*>$/gm)) {
      if (closing) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  test('sends events only to labels that there are', () => {
    const labels = new Set([...fluentd.matchAll(/^<label (@\w+)>/gm)].map(([, name]) => name));
    const used = [...settings('@label'), ...settings('timeout_label')];
    expect(used).toEqual(['@CONTAINERS', '@LOGS', '@LOGS'].sort());
    for (const label of used) expect(labels).toContain(label);
  });

  test('sends what it has read within seconds, so that a check need not wait long', () => {
    expect(settings('flush_interval').map((value) => Number.parseInt(value, 10))).toEqual([5, 2]);
    expect(settings('flush_mode')).toEqual(['interval']);
    expect(settings('refresh_interval')).toEqual(['5']);
  });

  test('writes to the indices that the template is for, and that Kibana shows', () => {
    const [prefix] = settings('logstash_prefix');
    expect(settings('logstash_format')).toEqual(['true']);
    expect(template.index_patterns).toEqual([`${prefix}-*`]);
    const views = savedObjects.filter(({ type }) => type === 'index-pattern');
    expect(views.map(({ attributes }) => attributes.title)).toEqual([`${prefix}-*`]);
  });
});

describe('the index template', () => {
  test.each([
    ['@timestamp', 'date'],
    ['level', 'keyword'],
    ['message', 'text'],
    ['service', 'keyword'],
    ['version', 'keyword'],
    ['kubernetes.namespace_name', 'keyword'],
    ['kubernetes.pod_name', 'keyword'],
    ['kubernetes.container_name', 'keyword'],
    ['kubernetes.labels', 'flattened'],
  ])('has %s as %s', (path, kind) => {
    expect(kindOf(path)).toBe(kind);
  });

  test('has every field that the log of the reference system begins with', async () => {
    for (const service of ['backend', 'frontend']) {
      const source = await readText(`examples/${service}/src/log.js`);
      const [, base = ''] = /base: \{ (.+?) \}/.exec(source) ?? [];
      const names = base.split(', ').map((one) => one.replace(/:.*/, ''));
      expect(names).toEqual(['service', 'version']);
      expect(source).toContain("messageKey: 'message'");
      expect(source).toContain('isoTime');
      for (const name of names) expect(kindOf(name)).toBe('keyword');
    }
  });

  test('takes no other fields, however many the programs of a cluster log', () => {
    expect(template.template.mappings.dynamic).toBe(false);
  });

  test('names the lifecycle policy that is set up', async () => {
    const name = template.template.settings['index.lifecycle.name'];
    expect(await readText(`${FOLDER}/set-up.sh`)).toContain(`/_ilm/policy/${name}"`);
    const { policy } = JSON.parse(await readText(`${FOLDER}/lifecycle-policy.json`));
    expect(policy.phases.delete.min_age).toBe('14d');
  });
});

test('the saved search in Kibana is of the data view, and of fields that are indexed', () => {
  const ids = savedObjects.map(({ id }) => id);
  for (const { references } of savedObjects) {
    for (const { id } of references) expect(ids).toContain(id);
  }
  const [search] = savedObjects.filter(({ type }) => type === 'search');
  const columns = search?.attributes.columns ?? [];
  expect(columns).toContain('message');
  expect(columns.filter((column) => kindOf(column) === undefined)).toEqual([]);
});
