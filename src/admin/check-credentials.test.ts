import { describe, expect, it } from 'vitest'
import { manualAmbient } from '../../test/support/manual-ambient.ts'
import { secretWriteSteps, separateSecrets, withoutSecretNames } from './check-credentials.ts'
import type { AdminSettings } from './ports.ts'
import { removeSecretsOf } from './removal.ts'

const settings: AdminSettings = {
  organisationId: 'o',
  secretsPrefix: 'sluice/',
  corsOrigins: [],
  corsHeaders: [],
  dataPlane: [],
  version: '',
}
const ports = { ambient: manualAmbient(), settings }
const check = (apiKey: string, id = 'lakera.guard') => ({ id, parameters: { projectID: 'p', credentials: { apiKey } } })
const part = (given: readonly object[], before: readonly object[] = [], retired: readonly string[] = []) =>
  separateSecrets(given as never, { guardrailId: 'g', before: before as never, retired, ports })

function vault() {
  const values = new Map<string, string>()
  const secrets = {
    write: async (name: string, value: string) => void values.set(name, value),
    remove: async (name: string) => void values.delete(name),
  }
  return { values, secrets }
}

describe('credentials of checks', () => {
  it('go to the vault, one secret each, and leave masks', async () => {
    const { values, secrets } = vault()
    const split = part([check('key-one-0123456789'), { id: 'default.contains', parameters: { words: ['a'] } }])
    await secretWriteSteps(split, { secrets }).before()
    const [name] = [...values.keys()]
    expect(name).toMatch(/^sluice\/guardrails\/g\/.+/)
    expect(JSON.parse(values.get(name ?? '') ?? '')).toEqual({ configurations: { apiKey: 'key-one-0123456789' } })
    expect(split.stored[0]).toMatchObject({ secret_name: name, parameters: { credentials: { apiKey: 'ke*****789' } } })
    expect(JSON.stringify(split.stored)).not.toContain('key-one')
    expect(withoutSecretNames(split.stored)[0]).not.toHaveProperty('secret_name')
    expect(split.stored[1]).toEqual({ id: 'default.contains', parameters: { words: ['a'] } })
  })

  it('stay where they are when their masks come back, in whatever order', () => {
    const { stored } = part([check('key-one-0123456789'), check('key-two-9876543210')])
    const again = part([...withoutSecretNames(stored)].reverse(), stored)
    expect(again.writes).toEqual([])
    expect(again.retired).toEqual([])
    expect(again.stored.map((each) => each.secret_name)).toEqual([stored[1]?.secret_name, stored[0]?.secret_name])
  })

  it('that are replaced are kept until the next change, for those who have not heard of it', () => {
    const { stored } = part([check('key-one-0123456789')])
    const second = part([check('key-two-9876543210')], stored)
    expect(second.retired).toEqual([stored[0]?.secret_name])
    expect(second.unused).toEqual([])
    const third = part(withoutSecretNames(second.stored), second.stored, second.retired)
    expect(third.unused).toEqual([stored[0]?.secret_name])
    expect(third.retired).toEqual([])
  })

  it('cannot be pointed at from outside', () => {
    const { stored } = part([{ ...check('key-one-0123456789'), secret_name: 'sluice/integrations/other' }])
    expect(stored[0]?.secret_name).not.toBe('sluice/integrations/other')
    const bare = part([{ id: 'lakera.guard', parameters: {}, secret_name: 'sluice/integrations/other' }])
    expect(bare.stored[0]).not.toHaveProperty('secret_name')
  })

  it('cannot be half masks, nor masks of another check', () => {
    const { stored } = part([check('key-one-0123456789')])
    const masked = {
      id: 'lakera.guard',
      parameters: { credentials: { apiKey: 'ke*****789', baseUrl: 'https://else.example' } },
    }
    expect(() => part([masked], stored)).toThrow(/apiKey is a mask/)
    expect(() => part([check('ke*****789', 'lasso.classify')], stored)).toThrow(/apiKey is a mask/)
    expect(() => part([check('ke*****789'), check('ke*****789')], stored)).toThrow(/checks.1.*is a mask/)
  })

  it('go with their guardrail', async () => {
    const { values, secrets } = vault()
    const split = part([check('key-one-0123456789')])
    await secretWriteSteps(split, { secrets }).before()
    values.set('sluice/guardrails/g/older', '{}')
    const document = { checks: split.stored, retiredSecrets: ['sluice/guardrails/g/older'] }
    await removeSecretsOf('guardrail', document, { secrets })
    expect([...values.keys()]).toEqual([])
  })

  it('are taken back when the guardrail could not be saved', async () => {
    const { values, secrets } = vault()
    const steps = secretWriteSteps(part([check('key-one-0123456789')]), { secrets })
    await steps.before()
    await steps.undo()
    expect([...values.keys()]).toEqual([])
  })
})
