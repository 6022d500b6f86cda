/** Tokens of a person's own subscription, which clients send beside the gateway's key and which are good at one provider only. */

const patterns: Readonly<Record<string, RegExp>> = {
  anthropic: /^sk-ant-oat/,
}

export function isCallersToken(aiProviderId: string, secret: string): boolean {
  return patterns[aiProviderId]?.test(secret) === true
}
