/** AWS's signature version 4, put on a draft as its last change. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import type { AwsCredentials, Draft } from '../provider.ts'

export interface SigningScope {
  readonly region: string
  readonly service: string
  readonly nowMs: number
  /** False = the hash of the body does not travel with it; absent = it does. */
  readonly isBodySigned?: boolean
}

/** The signer is loaded with the first request that needs it. */
export async function signAws(draft: Draft, credentials: AwsCredentials, scope: SigningScope): Promise<Draft> {
  const { SignatureV4 } = await import('@smithy/signature-v4')
  const { region, service, isBodySigned: applyChecksum = true } = scope
  const signer = new SignatureV4({ region, service, credentials, sha256: Sha256, applyChecksum })
  const { url } = draft
  const request = {
    method: draft.method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: queryOf(url),
    headers: { ...draft.headers, host: url.host },
    ...(draft.body === undefined ? {} : { body: draft.body }),
  }
  const signed = await signer.sign(request, { signingDate: new Date(scope.nowMs) })
  const { host: _, ...headers } = signed.headers
  return { ...draft, headers }
}

function queryOf(url: URL): Record<string, string[]> {
  const query: Record<string, string[]> = {}
  for (const name of new Set(url.searchParams.keys())) query[name] = url.searchParams.getAll(name)
  return query
}

type Source = string | ArrayBuffer | ArrayBufferView

/** The platform's own hash in the shape the signer wants. */
class Sha256 {
  private readonly secret: Source | undefined
  private hash: Hash | Hmac

  constructor(secret?: Source) {
    this.secret = secret
    this.hash = this.open()
  }

  update(chunk: Source): void {
    this.hash.update(typeof chunk === 'string' ? chunk : bytesOf(chunk))
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.hash.digest())
  }

  reset(): void {
    this.hash = this.open()
  }

  private open(): Hash | Hmac {
    const { secret } = this
    if (secret === undefined) return createHash('sha256')
    return createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret))
  }
}

function bytesOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (source instanceof ArrayBuffer) return new Uint8Array(source)
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
}
