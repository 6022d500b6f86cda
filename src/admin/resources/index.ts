/** The list of everything the admin API serves. */
import type { Resource } from '../resource.ts'
import { analytics } from './analytics.ts'
import { apiKeys } from './api-keys.ts'
import { cache } from './cache.ts'
import { configs } from './configs.ts'
import { emergencyStops } from './emergency-stops.ts'
import { feedback } from './feedback.ts'
import { guardrails } from './guardrails.ts'
import { integrations } from './integrations.ts'
import { limitStatus } from './limit-status.ts'
import { logs } from './logs.ts'
import { organisationDefaults } from './organisation-defaults.ts'
import { ratePolicies, usagePolicies } from './policies.ts'
import { prices } from './prices.ts'
import { providers } from './providers.ts'
import { virtualKeys } from './virtual-keys.ts'
import { workspaceExclusions } from './workspace-exclusions.ts'
import { workspaces } from './workspaces.ts'

export const resources: readonly Resource[] = [
  workspaces,
  apiKeys,
  integrations,
  providers,
  virtualKeys,
  configs,
  guardrails,
  organisationDefaults,
  workspaceExclusions,
  cache,
  usagePolicies,
  ratePolicies,
  logs,
  feedback,
  analytics,
  limitStatus,
  emergencyStops,
  prices,
]
