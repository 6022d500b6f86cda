/** `npm run doctor` beside a gateway on this machine: what it prints, and what it ends with. */
import { execFile } from 'node:child_process'
import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../bin/doctor/finding.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'

const program = fileURLToPath(new URL('../../bin/doctor.ts', import.meta.url))
let sluice: Sluice
beforeAll(async () => {
  sluice = await startSluice()
})
afterAll(() => sluice?.stop())

function doctor(...args: string[]): Promise<{ readonly code: number; readonly said: string; readonly error: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [program, ...args], (failure, said, error) =>
      resolve({ code: failure ? Number(failure.code) : 0, said, error }),
    ),
  )
}

describe('the doctor of a gateway on this machine', () => {
  it('looks at the running one and finds nothing wrong', async () => {
    const { code, said } = await doctor('--data', sluice.dataFolder, '--url', sluice.origin, '--json')
    const { place, findings } = JSON.parse(said) as { readonly place: string; readonly findings: readonly Finding[] }
    expect(place).toBe(sluice.dataFolder)
    expect(findings.filter(({ level }) => level === 'problem' || level === 'unknown')).toEqual([])
    expect(findings.map(({ check }) => check)).toEqual(['gateway', 'ledger', 'holds', 'records', 'secrets'])
    expect(code).toBe(0)
  })

  it('finds the running one by its data folder alone, in a file that nobody else reads (issue 9)', async () => {
    const { said } = await doctor('--data', sluice.dataFolder, '--json')
    const { findings } = JSON.parse(said) as { readonly findings: readonly Finding[] }
    expect(findings.find(({ check }) => check === 'gateway')).toMatchObject({ level: 'ok' })
    expect(statSync(join(sluice.dataFolder, 'address')).mode & 0o777).toBe(0o600)
    const other = await startSluice()
    const folder = other.dataFolder
    await other.running.stop(0)
    expect(existsSync(join(folder, 'address'))).toBe(false)
    rmSync(folder, { recursive: true })
  })

  it('tells of one that does not answer, and how to start it', async () => {
    const { code, said } = await doctor('--data', sluice.dataFolder, '--url', 'http://127.0.0.1:9')
    expect(said).toMatch(
      /^PROBLEM {2}gateway: does not answer at http:\/\/127\.0\.0\.1:9.*\n +Start it with npm start/m,
    )
    expect(said).toMatch(/\n1 problem, 0 not looked at, \d notes?, \d ok\n$/)
    expect(code).toBe(1)
  })

  it('says that there is no data folder, without making one', async () => {
    const { code, error } = await doctor('--data', `${sluice.dataFolder}/none`)
    expect([code, error]).toEqual([2, expect.stringContaining('run npm start once, or name it with --data')])
  })

  it('explains itself, and names an option that it does not know', async () => {
    const help = await doctor('--help')
    expect([help.code, help.said]).toEqual([0, expect.stringContaining('npm run doctor -- --stack Sluice')])
    const wrong = await doctor('--stak', 'Sluice')
    expect([wrong.code, wrong.error]).toEqual([2, expect.stringContaining("'--stak'")])
  })
})
