import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findMachineIdentity } from './machine-identity.ts'

describe('the identity of a machine', () => {
  it('is what its platform says in the environment', () => {
    expect(findMachineIdentity({})).toEqual({})
    const variables = { AWS_REGION: 'eu-west-1', IDENTITY_ENDPOINT: 'http://localhost:1/t', IDENTITY_HEADER: 's' }
    expect(findMachineIdentity(variables)).toEqual({
      awsRegion: 'eu-west-1',
      identityEndpoint: { url: 'http://localhost:1/t', secret: 's' },
    })
  })

  it('may be a token in a file, read afresh each time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-identity-'))
    const path = join(folder, 'token')
    const { readToken } = findMachineIdentity({ AZURE_FEDERATED_TOKEN_FILE: path })
    await expect(readToken?.()).rejects.toThrow('the file that AZURE_FEDERATED_TOKEN_FILE names cannot be read')
    for (const token of ['first', 'second']) {
      writeFileSync(path, `${token}\n`)
      expect(await readToken?.()).toBe(token)
    }
    rmSync(folder, { recursive: true })
  })
})
