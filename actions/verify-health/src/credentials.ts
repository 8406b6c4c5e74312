import { maskSecret } from '@paal/core/action/secrets';
import { credentialsOf } from '@paal/core/verify/plan';
import type { Settings } from './settings.ts';

/** Has everything masked that the settings must never show; before anything of them is used. */
export function maskCredentials(settings: Settings): void {
  for (const secret of credentialsOf(settings.checks, settings)) maskSecret(secret);
  const { token } = settings.grafana ?? {};
  if (token !== undefined) maskSecret(token);
}
