import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DecryptCommand, EncryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVaultHandler } from '../../src/local/vault-handler.ts'
import { createVault, rememberedMs } from '../../src/store/vault.ts'
import { engineCredentials } from '../support/engine.ts'
import { startTestStore, type TestStore } from './store-samples.ts'

let test: TestStore
beforeAll(async () => {
  test = await startTestStore()
})
afterAll(() => test.stop())

const secretOf = (key: string) => JSON.stringify({ key, configurations: { region: 'x' } })

/** Another instance of the gateway: its vault does not hear of our writes. */
function openElsewhere(requestHandler = test.vaultHandler) {
  let calls = 0
  const client = new SecretsManagerClient({ requestHandler, ...engineCredentials })
  client.middlewareStack.add(
    (next) => (input) => {
      calls++
      return next(input)
    },
    { step: 'initialize' },
  )
  return { vault: createVault(async () => client, test.ambient), calls: () => calls }
}

describe('the vault', () => {
  it('reads what was written, and its replacement at once in the same process', async () => {
    const { secrets, vault } = test.store
    await secrets.write('sluice/a', secretOf('one'))
    expect(await vault.read('sluice/a')).toEqual({ key: 'one', configurations: { region: 'x' } })
    await secrets.write('sluice/a', secretOf('two'))
    expect((await vault.read('sluice/a')).key).toBe('two')
  })

  it('uses a rotated key within five minutes in a process that did not write it', async () => {
    await test.store.secrets.write('sluice/b', secretOf('old'))
    const elsewhere = openElsewhere()
    expect((await elsewhere.vault.read('sluice/b')).key).toBe('old')
    await test.store.secrets.write('sluice/b', secretOf('new'))
    const before = test.ambient.now()
    test.setNow(before + rememberedMs - 1)
    expect((await elsewhere.vault.read('sluice/b')).key).toBe('old')
    test.setNow(before + rememberedMs)
    expect((await elsewhere.vault.read('sluice/b')).key).toBe('new')
    test.setNow(before)
  })

  it('asks once for any number of concurrent readers', async () => {
    await test.store.secrets.write('sluice/c', secretOf('shared'))
    const elsewhere = openElsewhere()
    await Promise.all(Array.from({ length: 20 }, () => elsewhere.vault.read('sluice/c')))
    expect(elsewhere.calls()).toBe(1)
  })

  it('says which secret is missing, and finds it once it was written', async () => {
    const { secrets, vault } = test.store
    await expect(vault.read('sluice/none')).rejects.toThrow(/the secret 'sluice\/none' does not exist/)
    await secrets.write('sluice/none', secretOf('now'))
    expect((await vault.read('sluice/none')).key).toBe('now')
  })

  it('quotes nothing of a secret that is not credentials', async () => {
    await test.store.secrets.write('sluice/text', 'sk-very-secret')
    const thrown = await Promise.resolve(test.store.vault.read('sluice/text')).catch((error: Error) => error)
    expect(thrown).toMatchObject({ code: 'upstream_unavailable' })
    expect(`${thrown} ${JSON.stringify(thrown)} ${(thrown as Error).cause ?? ''}`).not.toContain('very-secret')
  })

  it('lists names with the instant they were made, by their beginning, and no value', async () => {
    const { secrets } = test.store
    await secrets.write('sluice/integrations/listed', secretOf('one'))
    await secrets.write('elsewhere/listed', secretOf('two'))
    const found = []
    for await (const each of secrets.list?.('sluice/') ?? []) found.push(each)
    expect(found).toContainEqual({ name: 'sluice/integrations/listed', createdAtMs: expect.any(Number) })
    expect(found.every(({ name }) => name.startsWith('sluice/'))).toBe(true)
    expect(found.flatMap(Object.keys).every((key) => key === 'name' || key === 'createdAtMs')).toBe(true)
  })

  it('forgets a removed secret at once, and removing it twice is no error', async () => {
    const { secrets, vault } = test.store
    await secrets.write('sluice/d', secretOf('d'))
    await vault.read('sluice/d')
    await secrets.remove('sluice/d')
    await secrets.remove('sluice/d')
    await expect(vault.read('sluice/d')).rejects.toThrow(/does not exist/)
  })
})

describe('the local secrets file', () => {
  it('survives a restart, holds no plaintext, and its key is for its owner only', async () => {
    await test.store.secrets.write('sluice/e', secretOf('sk-plaintext-marker'))
    const restarted = createVaultHandler(test.folder, test.ambient)
    expect((await openElsewhere(restarted).vault.read('sluice/e')).key).toBe('sk-plaintext-marker')
    for (const file of readdirSync(test.folder, { withFileTypes: true }).filter((one) => one.isFile()))
      expect(readFileSync(join(test.folder, file.name), 'latin1')).not.toContain('plaintext-marker')
    expect(statSync(join(test.folder, 'secrets.key')).mode & 0o777).toBe(0o600)
    expect(readdirSync(test.folder).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  it('says in one sentence that the key file is the wrong one, not a key, or missing', () => {
    const path = join(test.folder, 'secrets.key')
    const right = readFileSync(path)
    const open = () => createVaultHandler(test.folder, test.ambient)
    writeFileSync(path, Buffer.alloc(32, 7))
    expect(open).toThrow(/the key file .* does not open .*secrets\.sealed; /)
    writeFileSync(path, 'short')
    expect(open).toThrow(/it holds 5 bytes instead of 32/)
    rmSync(path)
    expect(open).toThrow(/the key file .* is missing; /)
    writeFileSync(path, right, { mode: 0o600 })
    expect(open).not.toThrow()
  })

  it('encrypts and decrypts as KMS does, bound to the encryption context', async () => {
    const kms = new KMSClient({ requestHandler: test.vaultHandler, ...engineCredentials })
    const EncryptionContext = { use: 'test' }
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: 'any', Plaintext: Buffer.from('hello'), EncryptionContext }),
    )
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))
    expect(Buffer.from(Plaintext!).toString()).toBe('hello')
    const wrong = kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { use: 'other' } }))
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
    const dataKey = await kms.send(new GenerateDataKeyCommand({ KeyId: 'any', KeySpec: 'AES_256' }))
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: dataKey.CiphertextBlob }))
    expect(opened.Plaintext).toEqual(dataKey.Plaintext)
  })
})
