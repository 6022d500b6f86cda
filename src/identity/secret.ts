/** Secrets of api keys: made, hashed, masked and compared. Only the hash and the mask are ever stored. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

const prefix = 'sk-sluice-'
const entropyBytes = 30

/** A new secret: the prefix and 40 random url-safe characters. */
export function makeSecret(random: (bytes: number) => Buffer = randomBytes): string {
  return `${prefix}${random(entropyBytes).toString('base64url')}`
}

/** Hex SHA-256. The secrets are long and random, so a slow hash would add nothing. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

/** First 2 and last 3 characters around stars; short ones are hidden whole. */
export function maskSecret(secret: string): string {
  return secret.length < 12 ? '*****' : `${secret.slice(0, 2)}*****${secret.slice(-3)}`
}

/** Constant-time for equal lengths, which hashes have. */
export function isSameHash(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right))
}
