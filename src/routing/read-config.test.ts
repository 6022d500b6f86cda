import { describe, expect, it } from 'vitest'
import { leavesOf, makePlan } from './plan.ts'
import { readConfig } from './read-config.ts'
import { secretsWithin } from './read-credentials.ts'

const problemsOf = (config: Record<string, unknown>) =>
  readConfig(config).problems.map(({ path, message, type }) => `${type} ${path}: ${message}`)

describe('reading a config', () => {
  it('takes both casings and every synonym', () => {
    const snake = {
      strategy: {
        mode: 'load_balance',
        sticky: { enabled: true, hash_fields: ['metadata._user'], ttl: 60 },
        cb_config: { failure_threshold: 3, cooldown_interval: 60_000, failure_status_codes: [500] },
      },
      targets: [
        {
          virtual_key: 'a',
          weight: 0.5,
          retry: { attempts: 2, on_status_codes: [500], use_retry_after_headers: true },
          request_timeout: 5_000,
          override_params: { maxTokens: 1 },
          drop_params: ['user'],
          strict_open_ai_compliance: false,
        },
      ],
    }
    const camel = {
      strategy: {
        mode: 'load-balance',
        sticky: { enabled: true, hashFields: ['metadata._user'], ttl: 60 },
        cbConfig: { failureThreshold: 3, cooldownInterval: 60_000, failureStatusCodes: [500] },
      },
      targets: [
        {
          virtualKey: 'a',
          weight: 0.5,
          retry: { attempts: 2, onStatusCodes: [500], useRetryAfterHeader: true },
          requestTimeout: 5_000,
          overrideParams: { maxTokens: 1 },
          dropParams: ['user'],
          strictOpenAiCompliance: false,
        },
      ],
    }
    expect(problemsOf(camel)).toEqual([])
    expect(readConfig(camel)).toEqual(readConfig(snake))
    expect(readConfig(snake).root.settings.breaker).toEqual({
      failureThreshold: 3,
      minimumRequests: 5,
      cooldownMs: 60_000,
      failureStatusCodes: [500],
    })
  })

  it('never shortens the time out of service below 30 seconds', () => {
    const { root } = readConfig({
      strategy: { mode: 'fallback', cb_config: { failure_threshold: 1, cooldown_interval: 10 } },
      targets: [{ provider: '@a' }],
    })
    expect(root.settings.breaker?.cooldownMs).toBe(30_000)
  })

  it('takes the older place of status codes and the older form of a cache', () => {
    const { root, problems } = readConfig({
      strategy: { mode: 'fallback' },
      on_status_codes: [429],
      cache: 'simple',
      targets: [{ provider: '@a' }],
    })
    expect(problems).toEqual([])
    expect(root.strategy?.onStatusCodes).toEqual([429])
    expect(root.settings.cache).toEqual({ mode: 'simple' })
  })

  it.each<[Record<string, unknown>, string]>([
    [{ targts: [] }, "unknown targts: this key is not known; did you mean 'targets'?"],
    [
      { targets: [{ retry: { attempt: 1 } }] },
      "unknown targets[0].retry.attempt: this key is not known; did you mean 'attempts'?",
    ],
    [{ strategy: { mode: 'falback' }, targets: [{}] }, "wrong strategy.mode: it is 'falback'; allowed are"],
    [{ strategy: { mode: 'constructor' }, targets: [{}] }, "wrong strategy.mode: it is 'constructor'; allowed are"],
    [{ strategy: {}, targets: [{}] }, 'wrong strategy.mode: it is missing'],
    [{ constructor: 'x' }, 'unknown constructor: this key is not known'],
    [
      { zzzzzzzzzzzzzzzzzz: 'x' },
      'unknown zzzzzzzzzzzzzzzzzz: this key is not known; known are targets, on_status_codes,',
    ],
    [{ passthrough: 'yes' }, 'wrong passthrough: it is a string of 3 characters; it must be true or false'],
    [{ name: '' }, 'wrong name: it is empty; it must be a string that is not empty'],
    [{ targets: Array(101).fill({}) }, 'wrong targets: it has 101 entries; at most 100 are allowed'],
    [
      { targets: [{ targets: Array(51).fill({}) }] },
      'wrong targets[0].targets: it has 51 entries; at most 50 are allowed',
    ],
    [{ cache: 5 }, 'wrong cache: it is 5; it must be an object like'],
    [{ deployments: 'd' }, 'wrong deployments: it is a string of 1 characters; it must be an array of objects'],
    [
      { strategy: { mode: 'conditional', conditions: ['x'] }, targets: [{ name: 'a' }] },
      'wrong strategy.conditions[0]: it is a string of 1 characters; it must be an object',
    ],
    [
      { strategy: { mode: 'conditional', conditions: [JSON.parse('{"then":"a"}')] }, targets: [{ name: 'a' }] },
      'wrong strategy.conditions[0].query: it is missing',
    ],
    [
      { strategy: { mode: 'conditional', conditions: [{ query: {} }] }, targets: [{ name: 'a' }] },
      'wrong strategy.conditions[0].then: it is missing',
    ],
    [
      {
        strategy: { mode: 'conditional', conditions: [JSON.parse('{"query":{"plan":"x"},"then":"a"}')] },
        targets: [{ name: 'a' }],
      },
      "wrong strategy.conditions[0].query: 'plan' names nothing to ask about",
    ],
    [
      {
        strategy: { mode: 'conditional', conditions: [], default: 'target-on' },
        targets: [{ name: 'target-one' }, {}],
      },
      "Invalid target name found in the query router: target-on (did you mean 'target-one'?)",
    ],
    [
      { strategy: { mode: 'conditional', default: 'a' } },
      "wrong targets: it is missing; a strategy of the mode 'conditional'",
    ],
    [
      { strategy: { mode: 'fallback' } },
      "wrong targets: it is missing; a strategy of the mode 'fallback' needs targets",
    ],
    [{ targets: [] }, 'wrong targets: it is empty'],
    [{ targets: {} }, 'wrong targets: it is an object; it must be an array'],
    [{ targets: ['@a'] }, 'wrong targets[0]: it is a string of 2 characters; it must be an object'],
    [{ retry: { attempts: -1 } }, 'wrong retry.attempts: it is -1; it must be a whole number from 0 to 10'],
    [{ retry: {} }, 'wrong retry.attempts: it is missing'],
    [{ request_timeout: '5s' }, 'wrong request_timeout: it is a string of 2 characters'],
    [{ weight: -1 }, 'wrong weight: it is -1; it must be a number, 0 or more'],
    [{ strategy: { mode: 'loadbalance' }, targets: [{ weight: 0 }] }, 'wrong targets: every weight is 0'],
    [
      { strategy: { mode: 'fallback', on_status_codes: [42] }, targets: [{}] },
      'wrong strategy.on_status_codes: it is an array of 1',
    ],
    [{ strategy: { mode: 'conditional' }, targets: [{}] }, 'wrong strategy.conditions: No conditions passed'],
    [
      { strategy: { mode: 'conditional', conditions: [], default: 'b' }, targets: [{ name: 'a' }] },
      'wrong strategy.conditions: Invalid target name found in the query router: b',
    ],
    [
      { strategy: { mode: 'fallback', cb_config: {} }, targets: [{}] },
      'wrong strategy.cb_config.failure_threshold: it is missing',
    ],
    [
      { strategy: { mode: 'loadbalance', sticky: { hash_fields: ['user'] } }, targets: [{}] },
      "wrong strategy.sticky.hash_fields: 'user' is no field to hash",
    ],
    [{ cache: { mode: 'fast' } }, 'wrong cache.mode'],
    [{ provider: '@openai', api_key: 'sk-secret' }, 'wrong api_key: a stored provider has its credentials'],
    [{ virtual_key: 'openai', aws_region: 'eu-west-1' }, 'wrong aws_region: a stored provider has its credentials'],
    [{ apiKey: 'sk-secret', targets: [{}] }, 'wrong apiKey: targets do not inherit it'],
    [{ api_key: 'sk\nsecret' }, 'wrong api_key: it must be one line'],
    [{ openai_project: 'a\r\nx: y' }, 'wrong openai_project: it is a string of 7 characters'],
    [{ aws_regoin: 'x', aws_region: 'y' }, "unknown aws_regoin: this key is not known; did you mean 'aws_region'?"],
    [{ mode: 'fallback', options: [] }, 'wrong options: This version of config is not supported in this route'],
    [{ request_timeout: 2, requestTimeout: 1 }, 'wrong requestTimeout: it is given twice'],
  ])('tells what is wrong with %j', (config, problem) => {
    expect(problemsOf(config)).toContainEqual(expect.stringContaining(problem))
  })

  it('lets a conditional root choose among a thousand targets', () => {
    const targets = Array.from({ length: 1_000 }, (_, at) => ({ name: `t-${at}` }))
    const strategy = { mode: 'conditional', conditions: [JSON.parse('{"query":{},"then":"t-999"}')] }
    expect(problemsOf({ strategy, targets })).toEqual([])
    expect(problemsOf({ strategy, targets: [...targets, {}] })).toEqual([
      'wrong targets: it has 1001 entries; at most 1000 are allowed',
    ])
  })

  it('takes null as absent', () => {
    expect(readConfig({ provider: null, retry: null, targets: null })).toEqual(readConfig({}))
  })

  it('gathers guardrails under their three names, and knows those that change what passes', () => {
    const { root, problems } = readConfig({
      input_guardrails: ['a'],
      before_request_hooks: [{ id: 'b' }],
      input_mutators: [{ id: 'c' }, 'd'],
      after_request_hooks: ['e'],
    })
    expect(problems).toEqual([])
    expect(root.settings.inputGuardrails).toEqual(['a', { id: 'b' }, { type: 'mutator', id: 'c' }, 'd'])
    expect(root.settings.outputGuardrails).toEqual(['e'])
  })

  it('reads a breaker that opens at a share of failures', () => {
    const { root } = readConfig({
      cb_config: { failure_threshold_percentage: 25, minimum_requests: 8 },
      provider: '@a',
    })
    expect(root.settings.breaker).toEqual({ failurePercentage: 25, minimumRequests: 8, cooldownMs: 30_000 })
  })

  it('sticks by the key alone without fields, for an hour unless told, and not at all where it is turned off', () => {
    const stickyOf = (sticky: object) =>
      readConfig({ strategy: { mode: 'loadbalance', sticky }, targets: [{}] }).root.strategy?.sticky
    expect(stickyOf({})).toEqual({ hashFields: [], ttlMs: 3_600_000 })
    expect(stickyOf({ hash_fields: ['params.user'], ttl: 60 })).toEqual({ hashFields: ['params.user'], ttlMs: 60_000 })
    expect(stickyOf({ enabled: false, hash_fields: ['params.user'] })).toBeUndefined()
  })

  it.each<[Record<string, unknown>]>([
    [
      {
        strategy: { mode: 'fallback' },
        targets: [{ provider: '@anthropic-prod' }, { provider: '@openai-prod' }, { provider: '@bedrock-prod' }],
      },
    ],
    [
      {
        strategy: { mode: 'loadbalance' },
        targets: [
          { provider: '@anthropic-us', weight: 0.5 },
          { provider: '@anthropic-eu', weight: 0.5 },
        ],
      },
    ],
    [
      {
        provider: '@anthropic-prod',
        cache: { mode: 'simple' },
        retry: { attempts: 3, on_status_codes: [429, 500, 502, 503] },
      },
    ],
    [
      {
        strategy: { mode: 'load-balance' },
        targets: [
          { override_params: { model: '@YOUR_OPENAI_PROVIDER_SLUG/gpt-model' } },
          { override_params: { model: '@YOUR_ANTHROPIC_PROVIDER/claude-sonnet-model' } },
        ],
      },
    ],
  ])('finds nothing wrong with a published example: %j', (config) => {
    expect(problemsOf(config)).toEqual([])
  })

  it('never shows a value that may be secret', () => {
    expect(problemsOf({ provider: '@x', api_key: 'sk-secret', retry: 'sk-secret' }).join()).not.toContain('sk-secret')
  })

  it('bounds the depth', () => {
    let config: Record<string, unknown> = { provider: '@a' }
    for (let depth = 0; depth < 12; depth++) config = { targets: [config] }
    expect(problemsOf(config)).toContainEqual(expect.stringContaining('nested deeper than 10 levels'))
  })
})

describe('handing settings down', () => {
  const leafOf = (config: Record<string, unknown>) => leavesOf(makePlan(readConfig(config).root))

  it('merges params with the child winning per key, and adds drops up', () => {
    const [leaf] = leafOf({
      override_params: { a: 1, deep: { x: 1, y: 1 } },
      default_params: { d: 1 },
      drop_params: ['user'],
      targets: [{ override_params: { b: 2, deep: { y: 2 } }, drop_params: ['user', 'seed'] }],
    })
    expect(leaf?.settings).toMatchObject({
      overrideParams: { a: 1, b: 2, deep: { x: 1, y: 2 } },
      defaultParams: { d: 1 },
      dropParams: ['user', 'seed'],
    })
  })

  it('replaces whole objects', () => {
    const [own, inherited] = leafOf({
      retry: { attempts: 3, on_status_codes: [500] },
      request_timeout: 1_000,
      forward_headers: ['X-A'],
      targets: [{ retry: { attempts: 1 }, forward_headers: ['x-b'] }, {}],
    })
    expect(own?.settings).toMatchObject({
      retry: { attempts: 1, usesRetryAfter: false },
      forwardHeaders: ['x-b'],
      requestTimeoutMs: 1_000,
    })
    expect(own?.settings.retry).not.toHaveProperty('onStatusCodes')
    expect(inherited?.settings).toMatchObject({ retry: { attempts: 3, onStatusCodes: [500] }, forwardHeaders: ['x-a'] })
  })

  it('keeps strictness lost once it is lost', () => {
    const [leaf] = leafOf({ strict_open_ai_compliance: false, targets: [{ strict_open_ai_compliance: true }] })
    expect(leaf?.settings.isStrict).toBe(false)
  })

  it('hands a circuit breaker to nested strategies', () => {
    const leaves = leafOf({
      strategy: { mode: 'fallback', cb_config: { failure_threshold: 2 } },
      targets: [{ strategy: { mode: 'loadbalance' }, targets: [{ provider: '@a' }] }, { provider: '@b' }],
    })
    expect(leaves.map(({ settings, path }) => [path, settings.breaker?.failureThreshold])).toEqual([
      ['config.targets[0].targets[0]', 2],
      ['config.targets[1]', 2],
    ])
  })
})

describe("a provider's credentials in a target", () => {
  it('are kept under the names of integrations, in either casing', () => {
    const { root, problems } = readConfig({
      provider: 'azure',
      apiKey: ' k-1 ',
      resourceName: 'acme',
      api_version: '2025-01-01',
      deployments: [{ deployment_id: 'd', alias: 'a', is_default: true }],
      azure_extra_params: 'drop',
    })
    expect(problems).toEqual([])
    expect(root.own).toEqual({
      key: 'k-1',
      hasSecret: true,
      settings: {
        azure_resource_name: 'acme',
        azure_api_version: '2025-01-01',
        azure_extra_parameters: 'drop',
        azure_deployment_config: [
          expect.objectContaining({ azure_deployment_name: 'd', alias: 'a', is_default: true }),
        ],
      },
    })
  })

  it('may be a service account as the object it is', () => {
    const account = { type: 'service_account', private_key: 'k' }
    const { root, problems } = readConfig({ provider: 'vertex-ai', vertex_service_account_json: account })
    expect(problems).toEqual([])
    expect(root.own).toEqual({ hasSecret: true, settings: { vertex_service_account_json: account } })
    expect(secretsWithin(root).map(({ path }) => path)).toEqual(['vertex_service_account_json'])
    expect(problemsOf({ provider: 'openai', openai_project: account })).toEqual([
      'wrong openai_project: it is an object; it must be a line of printable ASCII',
    ])
  })

  it.each([
    { azure_deployment_name: 'd', azure_api_version: 'v', azure_model_slug: 'm', is_default: true },
    { deployment_id: 'd', api_version: 'v', model: 'm', is_default: true },
    { deploymentId: 'd', apiVersion: 'v', model: 'm', isDefault: true },
  ])('know a deployment however it is written: %j', (row) => {
    const { root } = readConfig({ provider: 'azure', deployments: [row] })
    expect(root.own?.settings.azure_deployment_config).toEqual([
      expect.objectContaining({
        azure_deployment_name: 'd',
        azure_api_version: 'v',
        azure_model_slug: 'm',
        is_default: true,
      }),
    ])
  })

  it('stand in the leaf they are written in, as does a virtual key', () => {
    const leaves = leavesOf(
      makePlan(readConfig({ targets: [{ provider: 'openai', api_key: 'k' }, { virtual_key: 'v-1' }] }).root),
    )
    expect(leaves.map(({ own, virtualKey }) => [own?.key, virtualKey])).toEqual([
      ['k', undefined],
      [undefined, 'v-1'],
    ])
  })

  it('are told where a config would be saved with them, settings alone are not', () => {
    const config = {
      targets: [
        { provider: 'openai', api_key: 'sk-1' },
        { provider: 'bedrock', aws_secret_access_key: 's', aws_access_key_id: 'a' },
        { provider: 'openai', openai_project: 'p' },
      ],
    }
    expect(secretsWithin(readConfig(config).root).map(({ path }) => path)).toEqual([
      'targets[0].api_key',
      'targets[1].aws_secret_access_key',
      'targets[1].aws_access_key_id',
    ])
  })
})
