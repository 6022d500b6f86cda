/** The doctor of a stack: silent about a healthy one, and for each thing that is broken one finding with what to do. */
import { describe, expect, it } from 'vitest'
import { systemAmbient } from '../../src/ambient.ts'
import { type AccountState, fakeAccount, healthyAccount } from '../../test/support/fake-account.ts'
import { exitCodeOf, type Finding, writeFindings } from './finding.ts'
import { examineStack } from './stack.ts'

const ambient = systemAmbient(() => {})

function examine(state: AccountState, stackName = 'Sluice'): Promise<readonly Finding[]> {
  return examineStack({ stackName, ambient, clientOptions: fakeAccount(state) })
}

const broken = (findings: readonly Finding[]) => findings.filter(({ level }) => level !== 'ok')

describe('the doctor', () => {
  it('finds nothing wrong with a healthy stack, and has looked at everything', async () => {
    const findings = await examine(healthyAccount())
    // the ledger of a fresh stack has settled nothing yet
    expect(broken(findings)).toMatchObject([{ check: 'ledger', level: 'note' }])
    expect([...new Set(findings.map(({ check }) => check))]).toEqual([
      'functions',
      'stream',
      'schedule',
      'alarms',
      'listeners',
      'dead letters',
      'tables',
      'ledger',
      'holds',
      'records',
      'secrets',
      'quotas',
    ])
    expect(exitCodeOf(findings)).toBe(0)
  })

  it.each<[string, (state: AccountState) => void, Partial<Finding>, RegExp]>([
    [
      'a function that does not start',
      (state) => {
        state.answers.LedgerFunctionCC = { payload: '{"errorMessage":"no place for bodies"}', error: 'Unhandled' }
      },
      { check: 'functions', level: 'problem', message: expect.stringContaining('no place for bodies') },
      /aws logs tail/,
    ],
    [
      'a gateway that answers with an error of its own',
      (state) => {
        state.answers.GatewayFunctionAA = { payload: '{"statusCode":500,"headers":{}}' }
      },
      { check: 'functions', level: 'problem' },
      /aws logs tail/,
    ],
    [
      'a stream that is switched off',
      (state) => {
        state.mappings = [{ State: 'Disabled', LastProcessingResult: 'No records processed', UUID: 'mapping-1' }]
      },
      { check: 'stream', level: 'problem', message: expect.stringContaining('Disabled') },
      /update-event-source-mapping --uuid mapping-1 --enabled/,
    ],
    [
      'a stream whose last batch failed',
      (state) => {
        state.mappings = [
          { State: 'Enabled', LastProcessingResult: 'PROBLEM: Function call failed', UUID: 'mapping-1' },
        ]
      },
      { check: 'stream', level: 'problem', message: expect.stringContaining('Function call failed') },
      /log of the ledger function/,
    ],
    [
      'a stream that is gone',
      (state) => {
        state.mappings = []
      },
      { check: 'stream', level: 'problem' },
      /Deploy the stack again/,
    ],
    [
      'a schedule that is switched off',
      (state) => {
        state.scheduleState = 'DISABLED'
      },
      { check: 'schedule', level: 'problem' },
      /Enable it/,
    ],
    [
      'an alarm that rings',
      (state) => {
        state.alarmState = 'ALARM'
      },
      { check: 'alarms', level: 'problem', message: expect.stringContaining('the ledger is behind') },
      /alarms\.md/,
    ],
    [
      'an alarm that tells nobody',
      (state) => {
        state.areAlarmActionsEnabled = false
      },
      { check: 'alarms', level: 'problem' },
      /enable-alarm-actions/,
    ],
    [
      'a topic that nobody hears',
      (state) => {
        delete state.subscriptions['ops@example.com']
      },
      { check: 'listeners', level: 'problem' },
      /-c alertEmail=/,
    ],
    [
      'an address that has not confirmed',
      (state) => {
        state.subscriptions['ops@example.com'] = 'PendingConfirmation'
      },
      { check: 'listeners', level: 'problem', message: expect.stringContaining('ops@example.com') },
      /Open the link/,
    ],
    [
      'dead letters',
      (state) => {
        state.deadLetters = 3
      },
      { check: 'dead letters', level: 'problem', message: expect.stringContaining('3 batches') },
      /npm run reconcile -- --stack Sluice --repair/,
    ],
    [
      'tables that anybody may delete',
      (state) => {
        state.areTablesProtected = false
      },
      { check: 'tables', level: 'note' },
      /-c deletionProtection=true/,
    ],
    [
      'a hold whose request has been over for an hour',
      (state) => {
        const minute = Math.floor(Date.now() / 60_000) - 60
        const held = { used: { N: '100' }, spent: { N: '0' }, [`held:${minute}`]: { N: '100' } }
        state.counters = [{ pk: { S: 'counter#api_key/k1/0/all' }, sk: { S: 'counter' }, ...held }]
      },
      { check: 'holds', level: 'problem', message: expect.stringContaining('1 counters hold') },
      /npm run reconcile -- --stack Sluice/,
    ],
    [
      'a secret that belongs to nothing',
      (state) => {
        state.secretNames = ['sluice/integrations/gone', 'other/integrations/not-ours']
      },
      {
        check: 'secrets',
        level: 'note',
        message: expect.stringContaining('1 secrets belong to nothing: sluice/integrations/gone'),
      },
      /midnight/,
    ],
    [
      'a new account, which runs ten instances',
      (state) => {
        state.concurrency = 10
      },
      { check: 'quotas', level: 'note', message: expect.stringContaining('at most 10 instances') },
      /Service Quotas/,
    ],
  ])('tells of %s, and what to do', async (_, breakIt, finding, remedy) => {
    const state = healthyAccount()
    breakIt(state)
    const findings = broken(await examine(state)).filter(({ check }) => check !== 'ledger')
    expect(findings).toEqual([
      { ...finding, message: finding.message ?? expect.any(String), remedy: expect.stringMatching(remedy) },
    ])
    expect(exitCodeOf(findings)).toBe(finding.level === 'problem' ? 1 : 0)
  })

  it('goes on where it may not look, and says so', async () => {
    const state = healthyAccount()
    state.denied.add('scheduler')
    const findings = broken(await examine(state)).filter(({ check }) => check !== 'ledger')
    expect(findings).toMatchObject([
      { check: 'schedule', level: 'unknown', message: expect.stringContaining('no right') },
    ])
    expect(exitCodeOf(findings)).toBe(2)
  })

  it('says that there is no such stack', async () => {
    await expect(examine(healthyAccount(), 'Other')).rejects.toThrow("there is no stack 'Other'; check its name")
  })

  it('writes each finding on a line, what to do below it, and counts at the end', () => {
    const text = writeFindings('stack Sluice', [
      { check: 'stream', level: 'ok', message: 'enabled' },
      { check: 'quotas', level: 'note', message: 'few', remedy: 'Ask for more.' },
    ])
    expect(text).toBe(
      'stack Sluice\n\nok       stream: enabled\nnote     quotas: few\n         Ask for more.\n\n0 problems, 0 not looked at, 1 note, 1 ok\n',
    )
  })
})
