import { UserError } from '../errors.ts';
import { didYouMean } from './names.ts';
import type { Config } from './schema.ts';

/** The branches of deployment-process.md's procedures, for repositories without a paal.yaml. */
const DEFAULT_ENVIRONMENTS: NonNullable<Config['environments']> = {
  development: { branch: 'develop' },
  staging: { branch: 'release/*' },
  production: { branch: 'main' },
};

/** One environment's settings: its own values over those of the top level. */
export type Environment = Omit<NonNullable<Config['environments']>[string], 'branch'> & {
  readonly name: string;
};

/** The environments that `config` knows, or the defaults where it has none. */
export function knownEnvironments(config: Config): NonNullable<Config['environments']> {
  return config.environments ?? DEFAULT_ENVIRONMENTS;
}

function matches(pattern: string, branch: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(branch);
}

function describeBranches(config: Config): string {
  return Object.entries(knownEnvironments(config))
    .map(([name, { branch }]) => `${[branch ?? 'no branch'].flat().join(', ')} → ${name}`)
    .join('; ');
}

/**
 * The environment that `ref` deploys to. An exact branch name beats a pattern.
 * @param ref full ref, such as `refs/heads/main`
 * @throws UserError when none or several match
 */
export function environmentOfRef(config: Config, ref: string): string {
  const branch = ref.replace(/^refs\/heads\//, '');
  const entries = Object.entries(knownEnvironments(config));
  const matching = entries.filter(([, { branch: patterns }]) =>
    [patterns ?? []].flat().some((pattern) => matches(pattern, branch)),
  );
  const exact = matching.filter(([, { branch: patterns }]) => [patterns].flat().includes(branch));
  const chosen = exact.length > 0 ? exact : matching;
  const [only] = chosen;
  if (only && chosen.length === 1) return only[0];
  if (chosen.length > 1) {
    const names = chosen.map(([name]) => name).join(', ');
    throw new UserError(
      `The branch "${branch}" belongs to several environments (${names}). ` +
        'Make their branches in paal.yaml distinct, or set the input "environment".',
    );
  }
  throw new UserError(
    `No environment belongs to "${ref || 'an unknown ref'}" (${describeBranches(config)}). ` +
      'Set the input "environment", or add the branch to paal.yaml.',
  );
}

/**
 * The settings of environment `name`; without a name those of the top level.
 * @throws UserError for a name that is not known, with the nearest one
 */
export function environmentSettings(config: Config, name: string | undefined): Environment {
  const { environments: _, app: __, ...shared } = config;
  if (name === undefined) return { ...shared, name: '' };
  const known = knownEnvironments(config);
  const own = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!own) {
    const names = Object.keys(known);
    throw new UserError(
      `There is no environment "${name}".${didYouMean(name, names)} ` +
        `Known environments: ${names.join(', ')}${config.environments ? '' : ' (the defaults; paal.yaml names none)'}.`,
    );
  }
  const { branch: ___, ...settings } = own;
  return {
    ...shared,
    ...settings,
    rollout: { ...shared.rollout, ...settings.rollout },
    migrations: { ...shared.migrations, ...settings.migrations },
    verify: { ...shared.verify, ...settings.verify },
    name,
  };
}
