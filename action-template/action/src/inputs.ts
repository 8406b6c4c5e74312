import { environmentInput } from '@paal/core/action/environment-input';
import { booleanInput } from '@paal/core/action/inputs';

/** The inputs of action.yml, with paal.yaml's values where an input is empty. */
export interface Inputs {
  /** `undefined` where no environment applies. */
  readonly environment: string | undefined;
}

/**
 * Reads and checks the inputs; touches nothing.
 * @throws UserError for the first one that is wrong
 */
export async function readInputs(ref: string): Promise<Inputs> {
  booleanInput('summary');
  const { settings } = await environmentInput(ref);
  return { environment: settings.name || undefined };
}
