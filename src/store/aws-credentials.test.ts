import { describe, expect, it } from 'vitest'
import { findOwnCredentials } from './aws-credentials.ts'

describe("the process's own AWS credentials", () => {
  it('come from the environment, with the session token of a role', async () => {
    const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's' }
    expect(await findOwnCredentials(keys)()).toEqual({ accessKeyId: 'AKIA', secretAccessKey: 's' })
    expect(await findOwnCredentials({ ...keys, AWS_SESSION_TOKEN: 't' })()).toEqual({
      accessKeyId: 'AKIA',
      secretAccessKey: 's',
      sessionToken: 't',
    })
  })

  it('are read anew each time, since a platform may renew them', async () => {
    const variables: Record<string, string> = { AWS_ACCESS_KEY_ID: 'first', AWS_SECRET_ACCESS_KEY: 's' }
    const own = findOwnCredentials(variables)
    await own()
    variables.AWS_ACCESS_KEY_ID = 'second'
    expect((await own()).accessKeyId).toBe('second')
  })
})
