/** Context becomes settings, or an error that says what is allowed. */
import { describe, expect, it } from 'vitest'
import { defaultSettings, settingsFromContext } from './settings.ts'

const from = (context: Record<string, unknown>) => settingsFromContext((key) => context[key])

describe('settings from context', () => {
  it('are the defaults when nothing is said', () => {
    expect(from({})).toEqual(defaultSettings)
  })

  it('take lists with commas and numbers as text, as the command line gives them', () => {
    expect(from({ allowedHosts: 'ollama:11434, *.internal', logTtlDays: '30', gatewayMemoryMb: '1024' })).toMatchObject(
      {
        allowedHosts: ['ollama:11434', '*.internal'],
        logTtlDays: 30,
        gatewayMemoryMb: 1024,
      },
    )
  })

  it("open the gateway's own role only to what is named", () => {
    expect(from({})).toMatchObject({ bedrockModels: [], assumableRoles: [] })
    expect(from({ bedrockModels: 'anthropic.*, amazon.nova-*' }).bedrockModels).toEqual([
      'anthropic.*',
      'amazon.nova-*',
    ])
  })

  it('protect and reserve nothing unless told', () => {
    expect(from({})).not.toHaveProperty('backgroundConcurrency')
    expect(from({ deletionProtection: 'true', backgroundConcurrency: '10' })).toMatchObject({
      deletionProtection: true,
      backgroundConcurrency: 10,
    })
    expect(() => from({ deletionProtection: 'on' })).toThrow("'deletionProtection' is 'on'; it must be true or false")
  })

  it('take lists and numbers as cdk.json gives them', () => {
    expect(from({ corsOrigins: ['https://a.example'], logTtlDays: 7 })).toMatchObject({
      corsOrigins: ['https://a.example'],
      logTtlDays: 7,
    })
  })

  it.each([
    [{ logTtlDays: '0' }, "context 'logTtlDays' is '0'; it must be a whole number from 1 to 3650"],
    [{ gatewayMemoryMb: 64 }, "context 'gatewayMemoryMb' is '64'; it must be a whole number from 128 to 10240"],
    [{ alertEmail: 'ops' }, "context 'alertEmail' is 'ops'; it must be an e-mail address"],
  ])('refuse %j', (context, message) => {
    expect(() => from(context)).toThrow(message)
  })
})
