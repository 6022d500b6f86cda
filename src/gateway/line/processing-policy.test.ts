import { describe, expect, it } from 'vitest'
import type { DataPolicy } from '../../identity/processing-policy.ts'
import { findAiProvider } from '../../providers/index.ts'
import { findUnmetDemand } from './processing-policy.ts'
import type { Target, Task } from './task.ts'

interface Case {
  readonly aiProvider: string
  readonly demand: DataPolicy
  readonly integration?: object
  readonly target?: object
  readonly isRaw?: boolean
}

/** What stands in the way; undefined = nothing. */
function find({ aiProvider, demand, integration = {}, target = {}, isRaw = false }: Case): string | undefined {
  const task = {
    caller: { apiKey: { defaults: { dataPolicy: demand } } },
    catalog: { workspace: { defaults: {} } },
    ...(isRaw ? { isModelOptional: true } : {}),
  } as unknown as Task
  return findUnmetDemand(task, {
    aiProvider: findAiProvider(aiProvider),
    provider: { slug: 'it' },
    integration: { configurations: {}, ...integration },
    model: 'anthropic.claude-sonnet-4-5',
    ...target,
  } as unknown as Target)
}

describe('what is known of a target', () => {
  const demand = { retention: '30d', training: 'never' } as const
  const stated = { dataPolicy: { retention: 'none' } }
  const atHome = { customHost: 'https://api.anthropic.com/v1' }
  const elsewhere = { customHost: 'https://elsewhere.example' }
  const withCredential = (key: string) => ({ brought: { credentials: { key, configurations: {} }, isStored: true } })

  it('is what its provider publishes, at the own address alone', () => {
    expect(find({ aiProvider: 'anthropic', demand })).toBeUndefined()
    expect(find({ aiProvider: 'anthropic', demand, target: atHome })).toBeUndefined()
    expect(find({ aiProvider: 'anthropic', demand, target: elsewhere })).toContain('retention unknown')
    const proxied = { configurations: { custom_host: 'https://proxy.example' } }
    expect(find({ aiProvider: 'anthropic', demand, integration: proxied })).toContain('retention unknown')
    expect(find({ aiProvider: 'ollama', demand })).toContain('training unknown')
  })

  it('is what the integration states of its account, never of another credential or host', () => {
    const strict = { retention: 'none' } as const
    expect(find({ aiProvider: 'anthropic', demand: strict, integration: stated })).toBeUndefined()
    expect(find({ aiProvider: 'anthropic', demand: strict, integration: stated, target: elsewhere })).toContain(
      'retention unknown',
    )
    const own = withCredential('sk-ant-api03-x')
    expect(find({ aiProvider: 'anthropic', demand: strict, integration: stated, target: own })).toContain(
      'retention 30d',
    )
  })

  it('is nothing for the token of a subscription', () => {
    const target = withCredential('sk-ant-oat01-x')
    expect(find({ aiProvider: 'anthropic', demand, integration: stated, target })).toContain('retention unknown')
  })

  it('is the region of the settings, and unknown on a path that may name another model', () => {
    const inEurope = { configurations: { aws_region: 'eu-central-1' } }
    const eu = { region: ['eu'] }
    expect(find({ aiProvider: 'bedrock', demand: eu, integration: inEurope })).toBeUndefined()
    expect(find({ aiProvider: 'bedrock', demand: eu })).toContain('region us')
    expect(find({ aiProvider: 'bedrock', demand: eu, integration: inEurope, isRaw: true })).toContain('region unknown')
    expect(find({ aiProvider: 'vertex-ai', demand: eu })).toContain('region unknown')
    expect(find({ aiProvider: 'openai', demand: eu })).toContain('region unknown')
  })
})
