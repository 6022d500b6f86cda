/** Refuses targets that do not fulfil what the workspace or the API key demands of where and how data is processed. */
import { usableProviders } from '../../catalog/access.ts'
import { GatewayError } from '../../errors.ts'
import {
  type DataPolicyDemand,
  describeDemand,
  describeKnown,
  fulfils,
  type KnownDataPolicy,
  readDataPolicy,
  stateOver,
} from '../../identity/processing-policy.ts'
import { isCallersToken } from '../../providers/auth/callers-token.ts'
import type { AiProvider } from '../../providers/provider.ts'
import type { GatewayPorts } from '../ports.ts'
import { customHostOf } from './custom-host.ts'
import type { Target, Task } from './task.ts'

/** Throws `invalid_request` for a demand that cannot be read: it must not be taken for none. */
export function dataPolicyDemands({ caller, catalog }: Pick<Task, 'caller' | 'catalog'>): readonly DataPolicyDemand[] {
  const ofWorkspace = catalog.workspace.defaults.data_policy ?? undefined
  const ofKey = caller.apiKey.defaults.dataPolicy
  if (ofWorkspace === undefined && ofKey === undefined) return none
  const workspace = ofWorkspace === undefined ? [] : [read('workspace', ofWorkspace)]
  return ofKey === undefined ? workspace : [...workspace, read('api key', ofKey)]
}

const none: readonly DataPolicyDemand[] = []

function read(by: DataPolicyDemand['by'], value: unknown): DataPolicyDemand {
  return { by, policy: readDataPolicy(value, `defaults.data_policy of the ${by}`, 'demand') }
}

type PolicyTask = Pick<Task, 'caller' | 'catalog' | 'isModelOptional'>
type Ports = Pick<GatewayPorts, 'aiProviders'>

/** Why the target may not be called; undefined = it fulfils all demands. */
export function findUnmetDemand(task: PolicyTask, target: Target): string | undefined {
  const demands = dataPolicyDemands(task)
  if (demands.length === 0) return undefined
  const known = knownOf(target, task)
  const unmet = demands.find(({ policy }) => !fulfils(policy, known))
  if (unmet === undefined) return undefined
  const { by, policy } = unmet
  const name = `${target.brought?.isStored === false ? '' : '@'}${target.provider.slug} (${target.aiProvider.name})`
  return `the ${by} demands ${describeDemand(policy)}, and known of ${name} is ${describeKnown(policy, known)}`
}

/** Throws `data_policy_unmet`, which names the providers of the workspace that would do. */
export function refuseUnmetDemand(task: PolicyTask, target: Target, ports: Ports): void {
  const reason = findUnmetDemand(task, target)
  if (reason === undefined) return
  const others = fulfillingProviders(task, ports)
  const advice =
    others.length === 0
      ? 'no provider of this workspace fulfils it; an administrator can state what was agreed with a provider in data_policy of its integration'
      : `of this workspace's providers ${others.map((slug) => `@${slug}`).join(', ')} would fulfil it`
  throw new GatewayError('data_policy_unmet', `${reason}; ${advice}`, { isRetryable: false })
}

function fulfillingProviders(task: PolicyTask, { aiProviders }: Ports): readonly string[] {
  const demands = dataPolicyDemands(task)
  return usableProviders(task.catalog).flatMap(({ provider, integration }) => {
    const aiProvider = aiProviders.find(integration.aiProviderId)
    if (aiProvider === undefined || provider.status === 'expired') return []
    const known = knownAt({ aiProvider, integration })
    return demands.every(({ policy }) => fulfils(policy, known)) ? [provider.slug] : []
  })
}

/** A credential of the caller's own is of another account, and a host of the request's own is another place. */
function knownOf(target: Target, task: PolicyTask): KnownDataPolicy {
  const { aiProvider, integration, brought, customHost } = target
  const key = brought?.credentials.key
  // A person's subscription has terms of its own, not those of the API.
  if (key !== undefined && isCallersToken(aiProvider.id, key)) return {}
  const stored = customHostOf({ aiProvider, integration })
  const isElsewhere = customHost !== undefined && !isSameHost(customHost, stored ?? aiProvider.origin)
  if (isElsewhere) return {}
  // A path that is passed on may name another model than its body does.
  const model = task.isModelOptional === true ? '' : target.model
  const { dataPolicy: _, ...unstated } = integration
  return knownAt({ aiProvider, integration: brought === undefined ? integration : unstated }, model)
}

/** What the integration states goes over what its AI provider publishes about its own address. */
function knownAt({ aiProvider, integration }: Pick<Target, 'aiProvider' | 'integration'>, model?: string) {
  const host = customHostOf({ aiProvider, integration })
  const isAtProvider = host === undefined || isSameHost(host, aiProvider.origin)
  const published = isAtProvider ? publishedOf(aiProvider, integration.configurations, model) : {}
  const { dataPolicy } = integration
  return dataPolicy === undefined ? published : stateOver(published, dataPolicy)
}

function publishedOf(
  { dataPolicy, settingDefaults }: AiProvider,
  configurations: Target['integration']['configurations'],
  model: string | undefined,
): KnownDataPolicy {
  if (dataPolicy === undefined) return {}
  return {
    regions: dataPolicy.region?.of({ ...settingDefaults, ...configurations }, model),
    retentionDays: dataPolicy.retention?.days,
    training: dataPolicy.training?.use,
  }
}

function isSameHost(host: string, home: string | undefined): boolean {
  const origin = URL.parse(host)?.origin
  return origin !== undefined && home !== undefined && URL.parse(home)?.origin === origin
}

/** For the log: what was demanded, in words; undefined = nothing. */
export function describeDemands(demands: readonly DataPolicyDemand[]): string | undefined {
  if (demands.length === 0) return undefined
  return demands.map(({ by, policy }) => `${by}: ${describeDemand(policy)}`).join('; ')
}
